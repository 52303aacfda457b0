/** Owns the Standard Webhooks headers of a request: right ones, and the wrong ones that a participant must refuse. */
import { Webhook } from 'standardwebhooks';

/** `none`: no such headers. `stale`: rightly signed, an hour ago. `beforeChange`: signed, then the body was changed. */
export type Signature = 'right' | 'none' | 'stale' | 'beforeChange';

export interface Signer {
  /** Headers over exactly this body; `id` is the request's idempotency key, so that a repeat has the same. */
  sign(id: string, body: string, signature?: Signature): Record<string, string>;
}

/** Well over the five minutes that Standard Webhooks libraries allow. */
const staleMs = 60 * 60 * 1000;

/** Without a secret nothing is signed. @throws Error where the secret is none. */
export function openSigner(secret: string | undefined): Signer {
  if (secret === undefined) return { sign: () => ({}) };
  const webhook = new Webhook(secret);
  return {
    sign: (id, body, signature = 'right') => {
      if (signature === 'none') return {};
      const at = new Date(Date.now() - (signature === 'stale' ? staleMs : 0));
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, at, body),
      };
    },
  };
}
