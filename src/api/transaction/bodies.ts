/** Owns the bodies of operator actions (PROTOCOL §3). Who acts is the caller, never a field of the body. */
import { z } from 'zod';
import { limitProblems, problemsOf } from '../../protocol/wire/inputProblems';
import { namePattern } from '../../protocol/wire/names';
import { isPlain } from '../../protocol/wire/plainText';
import { Problem } from '../problems';

const reasonMessage = 'must be 1 to 1000 characters, without control, format or bidirectional characters';

/** Shown to operators in tables and logs, so it stays on its line. */
export const reason = z
  .string(reasonMessage)
  .trim()
  .min(1, reasonMessage)
  .max(1_000, reasonMessage)
  .refine(isPlain, reasonMessage);

const participant = z
  .string('must be the name of a participant')
  .regex(namePattern, 'must be the name of a participant');

export const outcome = z.enum(
  ['committed', 'rolledback', 'unknown'],
  'must be "committed", "rolledback" or "unknown"',
);

/** An object that refuses other fields by name. */
export function body<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  const unknownField = known === '' ? 'unknown field; none is known here' : `unknown field; known: ${known}`;
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? unknownField : 'must be an object'),
  });
}

const dryRun = z.boolean('must be true or false').default(false);

export const abortBody = body({ reason: reason.optional(), dryRun });
export const retryBody = body({ dryRun });
export const resolveBody = body({ participant, outcome, reason, dryRun });
export const sweepBody = body({ dryRun });

/** @throws Problem that names every wrong field */
export function parseAction<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', 'the body is not valid', {
    errors: limitProblems(problemsOf(parsed.error, input)),
  });
}
