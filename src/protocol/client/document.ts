/** Owns the shape of the document that clients read (PROTOCOL §3). Timestamps are RFC 3339 UTC with milliseconds. */
import { z } from 'zod';
import { lockModes } from '../wire/locks';
import { type Answered, count, instant } from './answered';
import { transactionStates, transactionStatuses } from './states';

const participantStates = [
  'waiting',
  'preparing',
  'prepared',
  'refused',
  'unanswered',
  'committing',
  'committed',
  'rollingBack',
  'rolledback',
  'forced',
] as const;
export type ParticipantState = (typeof participantStates)[number];

const decisions = ['commit', 'rollback'] as const;
export const decision = z.enum(decisions);

export const transactionId = z.string().meta({
  description: 'Lower-case letters and digits, 57 at most; the first of them name the coordinator',
  examples: ['01a20d11t01a20d13a27178d3bf0fa999be3bbc3d'],
});

export const status = z
  .enum(transactionStatuses)
  .describe('What a client acts on. Once it has left `pending` it never changes');

export const state = z
  .enum(transactionStates)
  .describe(
    'What goes on. `interrupted`: its run was ended from outside in Temporal, and it waits to be taken up again',
  );

export const participantState = z.enum(participantStates);

export const reason = z
  .object({
    code: z
      .string()
      .describe('`refused`, `unavailable`, `deadline`, `aborted`, `lockTimeout` or `commitFailure`'),
    participant: z.string().exactOptional(),
    detail: z.string().exactOptional(),
  })
  .describe('Why it rolls back');

export const heuristic = z
  .enum(['mixed', 'hazard'])
  .describe('A participant is known to have ended otherwise than decided (`mixed`), or may have (`hazard`)');

export const lastError = z
  .object({
    code: z.string(),
    status: z.int().describe('Of the answer, where there was one').exactOptional(),
    message: z.string(),
    at: instant('When'),
  })
  .describe('Of the newest request that failed');

export const participantDocument = z.object({
  name: z.string(),
  url: z.string().describe('The prepare URL, its query redacted'),
  state: participantState,
  vote: z.enum(['yes', 'no']).exactOptional(),
  attempts: count('Requests of the current phase, counted anew after a retry'),
  lastError: lastError.exactOptional(),
  nextAttemptAt: instant('While it waits for its next request').exactOptional(),
  forced: z
    .object({ outcome: z.string(), by: z.string(), reason: z.string(), at: instant('When') })
    .describe('It was settled by an operator instead of an answer')
    .exactOptional(),
  contradiction: z
    .object({ answer: z.enum(decisions), at: instant('When') })
    .describe("An answer that came after the operator's word, or an earlier answer, and says otherwise")
    .exactOptional(),
  heuristic: heuristic.exactOptional(),
});
export type ParticipantDocument = Answered<typeof participantDocument>;

export const actionDocument = z.object({
  action: z.string(),
  by: z.string(),
  at: instant('When; where it was said more than once in a row, the last time'),
  reason: z.string().exactOptional(),
  participant: z.string().exactOptional(),
  outcome: z.string().exactOptional(),
  ignored: z.string().describe('Why it had no effect').exactOptional(),
  times: count('How often in a row, where more than once').exactOptional(),
});
export type ActionDocument = Answered<typeof actionDocument>;

export const recoveryDocument = z
  .object({ at: instant('When'), from: z.string().describe('The run that had ended'), why: z.string() })
  .describe('Taken up again after a run had ended abnormally in Temporal');
export type RecoveryDocument = Answered<typeof recoveryDocument>;

export const lockStateDocument = z.object({
  resource: z.string(),
  mode: z.enum(lockModes),
  state: z
    .enum(['wanted', 'waiting', 'held', 'released', 'notHeld'])
    .describe(
      '`wanted`: its turn has not come. `waiting`: somebody else has it. `held`: until the transaction has ended. `notHeld`: the transaction rolls back without it',
    ),
  fencingToken: z.int().exactOptional(),
  grantedAt: instant('When it was granted').exactOptional(),
  since: instant('Of `heldBy` and `ahead`: when the lock knew it').exactOptional(),
  heldBy: z.array(z.string()).exactOptional(),
  ahead: count('So many wait before it').exactOptional(),
});
export type LockStateDocument = Answered<typeof lockStateDocument>;

export const stalledDocument = z
  .object({
    since: instant('The newest failure that history has').exactOptional(),
    by: z.string().describe('Whose worker failed').exactOptional(),
    tries: count('So many in a row'),
    error: z.object({
      code: z.enum(['failed', 'nondeterminism', 'refused', 'timedOut']),
      message: z.string(),
    }),
    whatToDo: z.string(),
    command: z.string().describe('What to type, where that lets it go on').exactOptional(),
  })
  .describe('Its workflow tasks keep failing: nothing happens until a worker finishes one');
export type StalledDocument = Answered<typeof stalledDocument>;

export const lateRollbackDocument = z
  .object({
    at: instant('No prepare can be on its way any more then, and it is sent'),
    participants: z.array(z.string()).describe('To whom'),
    why: z.string(),
  })
  .describe(
    'One more rollback is due, since a prepare may arrive late (I4): it ends, and its locks with it, after that',
  );
export type LateRollbackDocument = Answered<typeof lateRollbackDocument>;

export const labels = z.record(z.string(), z.string()).describe('As given');

export const transactionDocument = z.object({
  id: transactionId,
  etag: z
    .string()
    .describe('Of what is decided on, as in the `ETag` header: `If-Match` of whoever acts by this document')
    .exactOptional(),
  status,
  state,
  decision: decision.nullable().describe('Taken once; `null` while there is none'),
  reason: reason.exactOptional(),
  needsAttention: z
    .boolean()
    .describe('Somebody that phase two waits for has used up the configured attempts, or nobody drives it'),
  heuristic: heuristic.exactOptional(),
  createdAt: instant('When it was accepted'),
  decideBy: instant('The deadline of the decision'),
  decidedAt: instant('When it was decided').exactOptional(),
  endedAt: instant('When nobody was outstanding any more').exactOptional(),
  lateRollback: lateRollbackDocument.exactOptional(),
  labels: labels.exactOptional(),
  locks: z
    .array(lockStateDocument)
    .describe('In the order in which they are acquired; there where there are any')
    .exactOptional(),
  participants: z.array(participantDocument),
  actions: z
    .array(actionDocument)
    .describe('What people asked for, the newest last; there where there is any')
    .exactOptional(),
  paused: z
    .object({
      by: z.string().exactOptional(),
      at: instant('When').exactOptional(),
      reason: z.string().exactOptional(),
      unpause: z.string().describe('The command that lets it go on'),
    })
    .describe('Somebody paused it in Temporal: nothing happens until it is unpaused')
    .exactOptional(),
  stalled: stalledDocument.exactOptional(),
  recoveries: z
    .array(recoveryDocument)
    .describe('How often it was taken up again, the newest last; there where it was')
    .exactOptional(),
});
export type TransactionDocument = Answered<typeof transactionDocument>;

/** The last event of a transaction (PROTOCOL §3). */
export const endEvent = z.object({ id: transactionId, status });
