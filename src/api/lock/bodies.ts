/** Owns what may stand in requests about locks (PROTOCOL §3). Whose lease it is, is the caller, never a field of the body. */
import { z } from 'zod';
import {
  holderForm,
  holderPattern,
  lockModes,
  resourceForm,
  resourcePattern,
} from '../../protocol/wire/locks';
import { looksLikeId } from '../../protocol/wire/ids';
import { milliseconds } from '../../protocol/client/transactionSchema';
import { body } from '../transaction/bodies';
import { Problem } from '../problems';

const ttlMs = { min: 100, max: 86_400_000 } as const;
const waitMs = { min: 0, max: 60_000 } as const;

export const leaseBody = body({
  resource: z.string(resourceForm).regex(resourcePattern, resourceForm),
  mode: z.enum(lockModes, 'must be "exclusive" or "shared"').default('exclusive'),
  holder: z
    .string(holderForm)
    .regex(holderPattern, holderForm)
    // a lease could be taken for a transaction's lock
    .refine(holder => !looksLikeId(holder), 'must not look like the id of a transaction'),
  ttlMs: milliseconds(ttlMs),
  waitMs: milliseconds(waitMs).default(0),
});

/** Of a path. What cannot be one is held by nobody. */
export function resourceOf(text: string): string {
  if (resourcePattern.test(text)) return text;
  throw new Problem('invalid-request', `the resource in the path ${resourceForm}; "/" is written %2F`);
}

export function holderOf(text: string): string {
  if (holderPattern.test(text)) return text;
  throw new Problem('invalid-request', `the holder in the path ${holderForm}`);
}

const mostListed = 200;

/** @param query of the URL, as Express parses it */
export function pageOf(query: Readonly<Record<string, unknown>>): { limit: number; cursor?: string } {
  const { limit = '100', cursor, ...unknown } = query;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw badQuery(stranger.slice(0, 64), 'unknown; known: limit, cursor');
  const count = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > mostListed)
    throw badQuery('limit', `must be a whole number from 1 to ${mostListed}`);
  if (cursor === undefined) return { limit: count };
  if (typeof cursor !== 'string') throw badQuery('cursor', 'must be given once');
  return { limit: count, cursor };
}

function badQuery(query: string, message: string): Problem {
  return new Problem('invalid-request', 'the query is not valid', { errors: [{ query, message }] });
}
