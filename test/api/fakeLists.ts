/** Lists in memory: answers what it is told to, and keeps what it was asked. */
import { type Lists, type PageWanted, type Which } from '../../src/coordinator/list/contract';
import { type CountOfTransactions, type ListOfTransactions } from '../../src/protocol/client/listed';

export class FakeLists implements Lists {
  readonly asked: (PageWanted | Which)[] = [];
  page: ListOfTransactions = { transactions: [] };
  /** Where one page is not enough. */
  pageOf: (wanted: PageWanted) => ListOfTransactions = () => this.page;
  /** Thrown by both. */
  failure: unknown;

  list(wanted: PageWanted): Promise<ListOfTransactions> {
    return this.#answer(wanted, this.pageOf(wanted));
  }

  count(which: Which): Promise<CountOfTransactions> {
    return this.#answer(which, { count: this.page.transactions.length });
  }

  async #answer<T>(asked: PageWanted | Which, answer: T): Promise<T> {
    this.asked.push(asked);
    if (this.failure !== undefined) throw this.failure as Error;
    return Promise.resolve(answer);
  }
}
