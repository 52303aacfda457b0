/**
 * Owns the shape of what a participant is sent and what it may answer a prepare with (PROTOCOL §2). The types of what is sent come from
 * it, and so does what `/openapi.json` says. Members may be added, so no object is closed.
 *
 * Zod stays out of workflows: they have the types alone.
 */
import { z } from 'zod';
import { lockModes } from './locks';
import { namePattern } from './names';
import { type Phase } from './phases';

export const fencedLock = z
  .object({
    resource: z.string(),
    mode: z.enum(lockModes),
    fencingToken: z.int().min(0).describe('Grows with every grant of the resource'),
  })
  .describe('Held for the transaction on a resource that it shares with others');

const ofEveryPhase = {
  transactionId: z.string(),
  participant: z.string().regex(namePattern).describe('Its name in the transaction'),
  payload: z.unknown().describe('What the client gave for this participant, where it did').optional(),
  locks: z
    .array(fencedLock)
    .describe('In the order in which they were acquired; there where the transaction has any')
    .optional(),
  statusUrl: z
    .string()
    .describe('Where the document can be read, where `DTC_PUBLIC_URL` is set: `decision` alone settles')
    .optional(),
};

const decideBy = z
  .string()
  .meta({ format: 'date-time', description: 'The deadline of the decision: no prepare is sent after it' });

/** By phase. */
export const participantBodies = {
  prepare: z.object({ ...ofEveryPhase, phase: z.literal('prepare'), decideBy }),
  commit: z.object({ ...ofEveryPhase, phase: z.literal('commit') }),
  rollback: z.object({ ...ofEveryPhase, phase: z.literal('rollback') }),
} as const satisfies Readonly<Record<Phase, z.ZodType>>;

export type ParticipantBody = z.output<(typeof participantBodies)[Phase]>;

/** A `200` to prepare; an empty body, and one that is no JSON and is not called so, are a yes too. */
export const voteBody = z
  .object({ vote: z.string().describe('A yes where it is absent or `"yes"`, else a no').optional() })
  .describe('Other members are not looked at');
