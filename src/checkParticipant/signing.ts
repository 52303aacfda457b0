/** Owns the signature of a request: the coordinator's own, and the wrong ones that a participant must refuse. */
import { type Ms } from '../protocol/wire/phases';
import { signatureHeaders } from '../protocol/wire/signatures';

/** `none`: no such headers. `stale`: rightly signed, an hour ago. `beforeChange`: signed, then the body was changed. */
export type Signature = 'right' | 'none' | 'stale' | 'beforeChange';

/** @param id the request's idempotency key, so that a repeat has the same. */
export type Sign = (id: string, body: string, signature?: Signature) => Record<string, string>;

/** Well over the five minutes that Standard Webhooks libraries allow. */
const staleMs: Ms = 60 * 60 * 1000;

/** Without a secret nothing is signed. */
export function signWith(secret: string | undefined): Sign {
  return (id, body, signature = 'right') => {
    if (secret === undefined || signature === 'none') return {};
    const now = Date.now() - (signature === 'stale' ? staleMs : 0);
    return signatureHeaders(secret, { id, body, now });
  };
}
