/** Owns what a run left that was closed before a worker had begun it: what its input says, and nobody was asked anything. */
import { type ResumeInput, type TransactionInput } from '../../../workflows/transaction/input';
import { type LeftBehind } from '../../../workflows/transaction/messages';
import { progressOf } from '../../engine/facts/memo';
import { begin } from '../../protocol/transaction/apply';
import { documentOf } from '../../protocol/transaction/document';
import { noteRecovery } from '../../protocol/transaction/resume';
import { type Locking, type Transaction } from '../../protocol/transaction/state';
import { readStored, store } from '../../protocol/transaction/stored';
import { type Ms } from '../../protocol/wire/phases';

/** `at`: when it was started. @throws Error where the input is of a version that is not known here */
export function leftUnbegun(id: string, input: TransactionInput, at: Ms): LeftBehind {
  const t = input.version === 2 ? unresumed(input, at) : unasked(begin(id, input.accepted));
  return { stored: store(t), progress: progressOf(documentOf(t)) };
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
