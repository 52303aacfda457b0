/**
 * Owns what a run left that was closed before Temporal had the first task of a worker back: what its input says.
 *
 * I3: a task that was given out may have asked for votes (`protocol/transaction/firstRound.ts`), where the input lets it: they count
 * as reached and loose then, its locks as asked (I12), and its calls as open: whoever takes the run up counts them as given up. Else nobody was asked anything.
 */
import { type ResumeInput, type TransactionInput, mayBeFast } from '../../../workflows/transaction/input';
import { type LeftBehind } from '../../../workflows/transaction/messages';
import { progressOf } from '../../engine/facts/memo';
import { begin } from '../../protocol/transaction/apply';
import { assumeAsked } from '../../protocol/transaction/firstRound';
import { documentOf } from '../../protocol/transaction/document';
import { noteRecovery } from '../../protocol/transaction/resume';
import { type Locking, type Transaction } from '../../protocol/transaction/state';
import { readStored, store } from '../../protocol/transaction/stored';
import { type Ms } from '../../protocol/wire/phases';

export interface Unbegun {
  /** When it was started. */
  readonly at: Ms;
  /** A worker was given the first task. */
  readonly wasGivenOut: boolean;
}

/** @throws Error where the input is of a version that is not known here */
export function leftUnbegun(id: string, input: TransactionInput, unbegun: Unbegun): LeftBehind {
  const t = stateOf(id, input, unbegun);
  return { stored: store(t), progress: progressOf(documentOf(t)) };
}

function stateOf(id: string, input: TransactionInput, { at, wasGivenOut }: Unbegun): Transaction {
  if (input.version === 2) return unresumed(input, at);
  const begun = begin(id, input.accepted);
  return wasGivenOut && mayBeFast(input) ? assumeAsked(begun) : unasked(begun);
}

function unresumed({ stored, from, why }: ResumeInput, at: Ms): Transaction {
  return noteRecovery(readStored(stored), { at, from, why });
}

/** No call that it opens was ever sent: Temporal has not got the task that asks for them. */
function unasked(t: Transaction): Transaction {
  const participants = t.participants.map(({ call: _call, ...p }) => ({ ...p, calls: 0 }));
  const { locking, ...rest } = t;
  return { ...rest, participants, ...(locking === undefined ? {} : { locking: uncalled(locking) }) };
}

function uncalled({ call: _call, ...locking }: Locking): Locking {
  return { ...locking, calls: 0 };
}
