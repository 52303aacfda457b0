/**
 * Owns how a transaction goes on whose run ended abnormally in Temporal (terminated, failed, timed out): the state that run
 * had, every open call of it counted as given up.
 *
 * I12: a call for locks that was open may have got any of them: all are told when the transaction has ended.
 * I2: what was decided stays decided. Nothing decided, then nobody was told anything: it rolls back. A provisional commit
 *     goes on, or has been given up as recorded: its commits may have arrived, so it cannot be as if it had never begun.
 * I3, I4: a call of the old run may have reached its participant, may be open still, or may even be sent later: a worker
 *     learns from its next heartbeat that the run is gone, a frozen one when it wakes. No wait can outlast a frozen worker,
 *     so none is tried: for the engine the attempt is over, and whoever was being asked is loose. A prepare is never sent
 *     after `decideBy` and gone by `quietAt`, so the rollback that every loose participant gets after `quietAt` comes after
 *     the last of them. Whoever had answered has no call open, and no prepare on its way that `exposure` does not tell of.
 * I5: what a reported status is computed from (acknowledgements, attention, tried rollbacks, `completing`) is kept.
 * I8: a call that was given up leaves no vote.
 *
 * Commits and rollbacks of the old run may arrive late too: they repeat what the new run sends, except where a provisional
 * commit is given up later. That is the hazard its `exposure.commit` tells of, as after a lost worker.
 */
import { unknownExposure } from '../wire/answers';
import { type Ms } from '../wire/phases';
import { apply } from './apply';
import { type Ending } from './events';
import { assertInvariants } from './invariants';
import { giveUpLocking } from './locking';
import { decideRollback } from './preparing';
import { type Recovery, type Transaction, isUndecided } from './state';

const recoveriesKept = 20;

/** @throws BrokenInvariant where the state is none that a run can have had */
export function resume(before: Transaction, recovery: Recovery): Transaction {
  if (before.stage === 'ended') return noteRecovery(before, recovery);
  const decided = rollBackUndecided(noteRecovery(before, recovery), recovery);
  assertInvariants(before, decided);
  return giveUpCalls(giveUpLocking(decided), recovery.at);
}

export function noteRecovery(t: Transaction, recovery: Recovery): Transaction {
  return { ...t, recoveries: [...(t.recoveries ?? []), recovery].slice(-recoveriesKept) };
}

function rollBackUndecided(t: Transaction, { at, why }: Recovery): Transaction {
  if (!isUndecided(t)) return t;
  const doing = t.stage === 'preparing' ? 'preparing' : 'acquiring locks';
  return decideRollback(t, { code: 'aborted', detail: `by recovery: the run was ${why} while ${doing}` }, at);
}

/**
 * Its open calls, all of one phase (I4), end as cut off: nobody knows what became of them. What is still owed is sent anew; and
 * where none was open, what follows from the decision is begun all the same.
 */
function giveUpCalls(t: Transaction, now: Ms): Transaction {
  const open = t.participants.flatMap(({ target, call }) => (call === undefined ? [] : [{ target, call }]));
  const phase = open[0]?.call.phase ?? 'prepare';
  const endings = open.map(({ target, call }) => givenUp(target.name, call.nth));
  return apply(t, { type: 'callsEnded', phase, endings }, now);
}

function givenUp(participant: string, nth: number): Ending {
  const why = { code: 'interrupted', message: 'the run was ended from outside during the request' };
  return { participant, nth, is: 'gaveUp', why, exposure: unknownExposure, requests: 0 };
}
