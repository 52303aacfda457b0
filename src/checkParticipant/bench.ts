/** Owns what one check works with: transactions of its own, what the run was told, and the settling of what it opened. */
import { timedId } from '../protocol/wire/ids';
import { type PreparedList } from './preparedList';
import { type Particulars, type Line, Transaction, demand } from './transaction';

/** The tag of a coordinator: a participant that lists what is in doubt shows whose these were. */
const tag = 'check';
/** Long enough for a participant that answers 503 for a while, and for its restart. */
const decideInMs = 10 * 60 * 1000;

export interface Given {
  readonly name: string;
  readonly payload: unknown;
  readonly refusedPayload: unknown;
  readonly list: PreparedList | undefined;
  readonly restart: (() => Promise<void>) | undefined;
}

export class Bench {
  readonly given: Given;
  readonly notes: string[] = [];
  readonly #line: Line;
  readonly #opened: Transaction[] = [];

  constructor(line: Line, given: Given) {
    this.#line = line;
    this.given = given;
  }

  /** A transaction that the participant has never heard of, unless `with` names one. Nothing is sent yet. */
  open(withThis: Partial<Particulars> = {}): Transaction {
    const { name, payload } = this.given;
    const now = Date.now();
    const fresh = {
      transactionId: timedId(tag, now),
      participant: name,
      decideBy: now + decideInMs,
      payload,
    };
    const transaction = new Transaction(this.#line, { ...fresh, ...withThis });
    this.#opened.push(transaction);
    return transaction;
  }

  /** One that it has said yes to. */
  async prepared(): Promise<Transaction> {
    const transaction = this.open();
    await transaction.votes('yes');
    return transaction;
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Where the participant has a list. @throws CheckFailed where the transaction is in it and should not be, or the reverse. */
  async expectListed({ particulars }: Transaction, expected: boolean, pageSize?: number): Promise<void> {
    if (this.given.list === undefined) return;
    const { entries, last } = await this.given.list.read(pageSize);
    const listed = entries.some(
      each =>
        each.transactionId === particulars.transactionId && each.participant === particulars.participant,
    );
    const entry = `an entry of ${particulars.transactionId} and ${particulars.participant}`;
    const wanted = expected ? `${entry}, which is prepared` : `no ${entry.slice(3)}, which is not prepared`;
    demand(last, listed === expected, wanted);
  }

  /** Ends what is open, also after a failure. @returns the ids of those that the participant did not let it end. */
  async settle(): Promise<string[]> {
    const settled = await Promise.all(
      this.#opened.map(async each => ((await each.settle()) ? [] : [each.particulars.transactionId])),
    );
    return settled.flat();
  }
}
