/**
 * Owns the workflow's input: it stands in history for as long as the transaction runs, so it carries its version.
 * 1: a transaction that begins. 2: one that is taken up again, from the state that its run before had. 3: one that begins and
 * has locks, which a worker that knows only 1 and 2 must not leave out. 4: one that begins without locks, where who started it has a
 * worker: its first round may be part of its first task (I3: `protocol/transaction/firstRound.ts`). 5: as 3, and it upserts nothing
 * only because it waits for a lock. 6: one that begins, with locks as 5 or without as 1 or 4, and has somebody to be told, which a worker
 * that knows only those before must not leave out. 7: as 5, where who started it has a worker: its locks may be acquired, and its first
 * round asked for, within its first task (I12: `protocol/transaction/firstLocks.ts`), and its locks released within its last
 * (`lastTask.ts` beside it).
 */
import { begin } from '../../src/protocol/transaction/apply';
import { assumeAsked, isFirstTry } from '../../src/protocol/transaction/firstRound';
import { resume } from '../../src/protocol/transaction/resume';
import { type Accepted, type Transaction } from '../../src/protocol/transaction/state';
import { type Stored, readStored } from '../../src/protocol/transaction/stored';
import { type Ms } from '../../src/protocol/wire/phases';

interface BeginInput {
  readonly version: 1 | 3 | 4 | 5 | 7;
  readonly accepted: Accepted;
}

interface TellingInput {
  readonly version: 6;
  readonly accepted: Accepted;
  /** As 4 is. */
  readonly mayBeFast: boolean;
}

export interface ResumeInput {
  readonly version: 2;
  readonly stored: Stored;
  /** The run that ended abnormally, and how. */
  readonly from: string;
  readonly why: string;
}

export type TransactionInput = BeginInput | TellingInput | ResumeInput;

/** @param hasWorker who starts it runs its first task too */
export function beginInput(
  accepted: Accepted,
  { hasWorker }: { readonly hasWorker: boolean },
): TransactionInput {
  const { locks, notify } = accepted;
  if (notify !== undefined) return { version: 6, accepted, mayBeFast: hasWorker && locks === undefined };
  if (locks !== undefined) return { version: hasWorker ? 7 : 5, accepted };
  return { version: hasWorker ? 4 : 1, accepted };
}

/** Whether the first calls may be part of the first task. */
export function mayBeFast(input: TransactionInput): boolean {
  return input.version === 4 || input.version === 7 || (input.version === 6 && input.mayBeFast);
}

/** Whether a lock that is waited for is trouble enough to be told in Temporal. */
export function tellsWaits({ version }: TransactionInput): boolean {
  return version === 3;
}

interface Now {
  readonly now: Ms;
  readonly historyLength: number;
}

/**
 * The state that a run starts from. A newer input is not ours to run: the workflow task fails, and is retried until a worker
 * that knows it takes over.
 */
export function firstState(id: string, input: TransactionInput, { now, historyLength }: Now): Transaction {
  switch (input.version) {
    case 1:
    case 3:
    case 5:
      return begin(id, input.accepted);
    case 4:
    case 7:
      return begunFast(id, input.accepted, historyLength);
    case 6:
      return input.mayBeFast ? begunFast(id, input.accepted, historyLength) : begin(id, input.accepted);
    case 2:
      return resumed(id, input, now);
    default:
      throw new Error(
        `this worker knows transactions of versions 1 to 7, not ${String((input as { version: unknown }).version)}: run a newer worker beside it`,
      );
  }
}

function begunFast(id: string, accepted: Accepted, historyLength: number): Transaction {
  const begun = begin(id, accepted);
  return isFirstTry(historyLength) ? begun : assumeAsked(begun);
}

function resumed(id: string, { stored, from, why }: ResumeInput, now: Ms): Transaction {
  const before = readStored(stored);
  if (before.id !== id) throw new Error(`what is stored is transaction "${before.id}", not "${id}"`);
  return resume(before, { at: now, from, why });
}
