/** Owns what an activity is told about a participant: taken from the state alone (I7). */
import { type Phase } from '../../src/protocol/wire/phases';
import { heldLocks } from '../../src/protocol/transaction/locking';
import { standingOf } from '../../src/protocol/transaction/standing';
import { type Participant, type Transaction } from '../../src/protocol/transaction/state';
import { type CallInput, type RoundInput } from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';

export function participantOf(t: Transaction, name: string): Participant {
  const found = t.participants.find(p => p.target.name === name);
  if (found === undefined) throw new Error(`no participant named "${name}"`);
  return found;
}

export function requestTimeoutMs({ target }: Participant, phase: Phase): number {
  return phase === 'prepare' ? target.prepareTimeoutMs : target.completionTimeoutMs;
}

export function requestOf(t: Transaction): Omit<RoundInput, 'calls'> {
  const { id, accepted } = t;
  const statusUrl = given({ statusUrl: accepted.statusUrl });
  const locks = accepted.locks === undefined ? {} : { locks: heldLocks(t) };
  return { transactionId: id, decideBy: accepted.decideBy, ...statusUrl, ...locks };
}

export function urlOf({ target }: Participant, phase: Phase): string {
  return { prepare: target.prepareUrl, commit: target.commitUrl, rollback: target.rollbackUrl }[phase];
}

export function callInput(t: Transaction, p: Participant, phase: Phase): CallInput {
  const { target, call } = p;
  return {
    participant: target.name,
    nth: call?.nth ?? 0,
    url: urlOf(p, phase),
    timeoutMs: requestTimeoutMs(p, phase),
    ...given({ payload: target.payload }),
    ...(phase === 'prepare' ? {} : { standing: standingOf(t, p, phase) }),
  };
}
