/**
 * Owns the shape of what comes in. Members that the kit does not know are let through: a newer coordinator may send more.
 *
 * Ids are at most 64 characters, so that an id and a name are a branch of MySQL (gtrid and bqual, 64 bytes each).
 */
import { z } from 'zod';
import { problemsOf } from '../../protocol/wire/inputProblems';
import { namePattern } from '../../protocol/wire/names';
import { type CompletionPhase, type Phase } from '../../protocol/wire/phases';
import { type BranchKey, type Settlement } from '../contract';
import { type Completion, type PrepareCall } from '../resourceManager';
import { Problem } from './problems';
import { given } from '../../protocol/wire/given';

const name = z.string().regex(namePattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ -');
/** NUL is no character of a text in PostgreSQL. */
function text(longest: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\0]*$/, 'must not hold NUL');
}

function hasNoCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

const key = z.object({ transactionId: name, participant: name });
const lock = z.object({
  resource: text(512),
  mode: z.enum(['exclusive', 'shared']),
  fencingToken: z.int().nonnegative(),
});

const completion = key.extend({ phase: z.enum(['commit', 'rollback']) });
const prepare = key.extend({
  phase: z.literal('prepare'),
  decideBy: z.iso.datetime({ offset: true }),
  payload: z.unknown().optional(),
  locks: z.array(lock).default([]),
  statusUrl: z
    .url({ protocol: /^https?$/ })
    .refine(hasNoCredentials, 'must not hold credentials')
    .optional(),
});
const settlement = key.extend({
  outcome: z.enum(['committed', 'rolledback']),
  by: text(200),
  reason: text(1_000),
});

/** @param phase what the URL says; the body has to say the same. */
export function prepareCallOf(body: unknown, headers: Headers): PrepareCall {
  const { decideBy, statusUrl, payload, ...call } = parse(prepare, body);
  demandSame(call, 'prepare', headers);
  return {
    ...call,
    payload,
    decideBy: Date.parse(decideBy),
    ...given({ statusUrl }),
    ...traceOf(headers),
  };
}

/** What was prepared is known from the record: of the body only whom it is about counts. */
export function completionOf(body: unknown, phase: CompletionPhase, headers: Headers): Completion {
  const call = parse(completion, body);
  demandSame(call, phase, headers);
  return { ...call, ...traceOf(headers) };
}

export function settlementOf(body: unknown): Settlement {
  return parse(settlement, body);
}

function demandSame(call: BranchKey & { readonly phase: Phase }, phase: Phase, headers: Headers): void {
  if (call.phase !== phase)
    throw new Problem('invalid-request', `the body says phase "${call.phase}", the URL ends in "${phase}"`);
  const header = headers.get('transaction-id');
  if (header !== null && header !== call.transactionId)
    throw new Problem('invalid-request', 'the header Transaction-Id names another transaction than the body');
}

function traceOf(headers: Headers): { readonly traceparent?: string } {
  const traceparent = headers.get('traceparent');
  return traceparent === null ? {} : { traceparent };
}

function parse<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  throw new Problem('invalid-request', 'fields of the body are not valid', {
    members: { errors: problemsOf(result.error, body) },
  });
}
