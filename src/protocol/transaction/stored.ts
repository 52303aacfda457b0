/**
 * Owns the durable form of a transaction's state: what a closed run tells of itself, and what the input of the run that takes
 * it up carries. It stands in history, so it has a version, and each version that was ever written stays readable.
 *
 * A version that is not known here is another worker's to read: the error fails the workflow task, which is retried.
 */
import { type Participant, type Stage, type Transaction } from './state';

/** As in the state, without what `accepted` says already: payloads would be stored twice. */
interface StoredTransaction extends Omit<Transaction, 'participants'> {
  readonly participants: readonly Omit<Participant, 'target'>[];
}

/** 1: without locks. 2: with locks, which a worker that knows only 1 must not forget. 3: with somebody to be told, locks or not. */
export interface Stored {
  readonly version: 1 | 2 | 3;
  readonly transaction: StoredTransaction;
}

export function store(t: Transaction): Stored {
  const participants = t.participants.map(({ target: _target, ...rest }) => rest);
  return { version: versionOf(t), transaction: { ...t, participants } };
}

function versionOf({ accepted, locking }: Transaction): Stored['version'] {
  if (accepted.notify !== undefined) return 3;
  return locking === undefined ? 1 : 2;
}

/** @throws Error that says what is wrong, where it is none of ours or of a version that is not known */
export function readStored(stored: unknown): Transaction {
  const version = fieldOf(stored, 'version');
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new Error(
      `this worker knows stored transactions of versions 1 to 3, not ${String(version)}: run a newer worker beside it`,
    );
  }
  const transaction = fieldOf(stored, 'transaction');
  if (!isStoredTransaction(transaction))
    throw new Error(`what is stored is not a transaction of version ${version}`);
  return {
    ...transaction,
    participants: transaction.participants.map((p, at) => withTarget(transaction, p, at)),
  };
}

function withTarget(
  { accepted }: StoredTransaction,
  p: Omit<Participant, 'target'>,
  at: number,
): Participant {
  const target = accepted.participants[at];
  if (target === undefined) throw new Error('what is stored has more participants than were accepted');
  return { ...p, target };
}

const stages: readonly Stage[] = ['acquiringLocks', 'preparing', 'committing', 'rollingBack', 'ended'];

/** Enough to tell it from something else; that it is consistent is what the invariants are for. */
function isStoredTransaction(value: unknown): value is StoredTransaction {
  const accepted = fieldOf(fieldOf(value, 'accepted'), 'participants');
  const participants = fieldOf(value, 'participants');
  return (
    typeof fieldOf(value, 'id') === 'string' &&
    stages.some(stage => stage === fieldOf(value, 'stage')) &&
    Array.isArray(accepted) &&
    Array.isArray(participants) &&
    participants.length === accepted.length &&
    participants.every(p => typeof fieldOf(p, 'calls') === 'number')
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
