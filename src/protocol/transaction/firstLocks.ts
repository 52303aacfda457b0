/**
 * Owns what follows from acquiring locks within the workflow's first task, before the first round of prepares in it (`firstRound.ts`).
 *
 * I12: it changes neither the order nor when anybody is asked. Each lock is asked when those before it have granted, and the round begins
 *     when all have: a grant is durable at its lock before it is told, whatever becomes of the task that hears of it. A task that is lost
 *     leaves no trace of what it asked, and its sender may be frozen and go on; so a later try counts every lock as asked, and all are told
 *     of the end (`assumeAsked`). Until then none of them gives itself to somebody else: to a lock the transaction runs, and a repeated
 *     acquire finds its grant, with the same token.
 *     What is not granted within the bound goes on in the regular activity, with what is held already. A lock that was asked and has
 *     not answered may answer later, to nobody: it counts as asked by an attempt that was lost (`joined`).
 *     An acquire that arrives after the release gets nothing: it says that the transaction ran when the task was given out, by
 *     Temporal's clock, which is before any release was sent (`ranForSureMs` in `../lock/state.ts`).
 */
import { type FirstLocksAnswer, type LocksAnswer } from '../lock/steps';
import { type LockRequest } from '../wire/locks';
import { type Ms } from '../wire/phases';

/** For as long the first task waits for its locks, beside what it waits for votes: far less than its own time. */
export const firstLocksMs: Ms = 150;

type Open = Extract<FirstLocksAnswer, { ending: { is: 'open' } }>;

export function isOpen(within: FirstLocksAnswer): within is Open {
  return within.ending.is === 'open';
}

/** What the regular activity goes on with. */
export function leftOf(locks: readonly LockRequest[], { held }: Open): readonly LockRequest[] {
  return locks.slice(held.length);
}

/** What the first task got, and what came of the rest. */
export function joined({ held, ending: { asked } }: Open, rest: LocksAnswer): LocksAnswer {
  const repeated = asked ? ({ repeated: true } as const) : {};
  return { ...rest, held: [...held, ...rest.held], ...repeated };
}
