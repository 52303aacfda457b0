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
import { shown } from '../../protocol/wire/inputProblems';
import { shortened } from '../../protocol/wire/shortened';
import { pageCursor, pageLimit } from '../pages';
import { Problem } from '../problems';

const ttlMs = { min: 100, max: 86_400_000 } as const;
const waitMs = { min: 0, max: 60_000 } as const;

export const resourceName = z
  .string(resourceForm)
  .regex(resourcePattern, resourceForm)
  .describe('1 to 128 of `[A-Za-z0-9._:/@=-]`, the first a letter or digit');
export const holderName = z
  .string(holderForm)
  .regex(holderPattern, holderForm)
  .describe('1 to 128 of `[A-Za-z0-9._:@=-]`, the first a letter or digit');
export const pages = { limit: pageLimit(100), cursor: pageCursor };

export const leaseBody = body({
  resource: resourceName,
  mode: z.enum(lockModes, 'must be "exclusive" or "shared"').default('exclusive'),
  holder: holderName
    // a lease could be taken for a transaction's lock
    .refine(holder => !looksLikeId(holder), 'must not look like the id of a transaction'),
  ttlMs: milliseconds(ttlMs),
  waitMs: milliseconds(waitMs).default(0),
});

/** What cannot be one is held by nobody. @param place where it stands: what of the path or of the query is wrong */
export function resourceOf(text: string, place: Place): string {
  if (resourceName.safeParse(text).success) return text;
  throw notNamed(text, place, 'resource');
}

export function holderOf(text: string, place: Place): string {
  if (holderName.safeParse(text).success) return text;
  throw notNamed(text, place, 'holder');
}

type Place = 'path' | 'query';

const forms = { resource: resourceForm, holder: holderForm } as const;

function notNamed(text: string, place: Place, what: keyof typeof forms): Problem {
  const form = forms[what];
  if (place === 'query') return badQuery(what, form, text);
  const slash = what === 'resource' ? '; one with "/" goes into the query: ?resource=<resource>' : '';
  const { value } = shown(text);
  return new Problem('invalid-request', `the ${what} in the path, ${JSON.stringify(value)}, ${form}${slash}`);
}

type Query = Readonly<Record<string, unknown>>;

/** Of `?resource=`, alone; undefined where the query names none. @param query of the URL, as Express parses it */
export function resourceIn(query: Query): string | undefined {
  if (!Object.hasOwn(query, 'resource')) return undefined;
  const { resource } = onlyThese(query, ['resource']);
  return resourceOf(once('resource', resource), 'query');
}

export interface Held {
  readonly resource: string;
  readonly holder: string;
  /** Absent: with whichever it has it. */
  readonly fencingToken?: number;
}

/** Of `?resource=&holder=&fencingToken=`, the last of which may be missing. */
export function heldIn(query: Query): Held {
  const { resource, holder, fencingToken } = onlyThese(query, ['resource', 'holder', 'fencingToken']);
  return {
    resource: resourceOf(once('resource', resource), 'query'),
    holder: holderOf(once('holder', holder), 'query'),
    ...(fencingToken === undefined ? {} : { fencingToken: tokenOf(once('fencingToken', fencingToken)) }),
  };
}

const tokenForm = 'must be a fencing token, a whole number';
export const tokenSeen = z
  .int(tokenForm)
  .nonnegative(tokenForm)
  .describe('What the holder was seen with: it is released only while it holds the lock with that');

function tokenOf(text: string): number {
  const read = tokenSeen.safeParse(/^\d+$/.test(text) ? Number(text) : undefined);
  if (read.success) return read.data;
  throw badQuery('fencingToken', tokenForm, text);
}

function once(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw badQuery(name, value === undefined ? 'is required' : 'must be given once');
}

/** @param query of the URL, as Express parses it */
export function pageOf(query: Query): { limit: number; cursor?: string } {
  const { limit = '100', cursor } = onlyThese(query, ['limit', 'cursor'], '; or resource alone');
  const count = pages.limit.safeParse(limit);
  if (!count.success) throw badQuery('limit', count.error.issues[0]?.message ?? 'is not valid', limit);
  if (cursor === undefined) return { limit: count.data };
  if (typeof cursor !== 'string') throw badQuery('cursor', 'must be given once');
  return { limit: count.data, cursor };
}

function onlyThese(query: Query, known: readonly string[], more = ''): Query {
  const stranger = Object.keys(query).find(name => !known.includes(name));
  if (stranger !== undefined)
    throw badQuery(shortened(stranger, 64), `unknown; known: ${known.join(', ')}${more}`);
  return query;
}

/** @param value what it was, where that says more */
function badQuery(query: string, message: string, value?: unknown): Problem {
  return new Problem('invalid-request', 'the query is not valid', {
    errors: [{ query, ...shown(value), message }],
  });
}
