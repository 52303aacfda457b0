/**
 * Owns the `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header). The draft wants a quoted string (RFC 9651
 * §3.3.3); most clients send the bare key, so both are taken, and mean the same key.
 */
import { type Request } from 'express';
import { headerProblem } from '../headerProblem';
import { Problem } from '../problems';

const longestKey = 255;

const form = `must be 1 to ${longestKey} printable ASCII characters: bare, then without space, comma, quote and backslash, or as a quoted string`;

const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** No quotes, and no commas: several headers of one name arrive joined by them. */
const bare = /^[!#-+\--[\]-~]+$/;

export function idempotencyKeyOf(request: Request): string | undefined {
  const header = request.get('idempotency-key');
  if (header === undefined) return undefined;
  const key = unquote(header.trim());
  if (key !== undefined && key.length > 0 && key.length <= longestKey) return key;
  const length = key === undefined ? '' : `; this one has ${key.length}`;
  const error = headerProblem('Idempotency-Key', header, form + length);
  throw new Problem('invalid-request', 'the Idempotency-Key header is not valid', { errors: [error] });
}

function unquote(header: string): string | undefined {
  const inside = quoted.exec(header)?.[1];
  if (inside !== undefined) return inside.replace(/\\(.)/g, '$1');
  return bare.test(header) ? header : undefined;
}
