/** Lists in memory: answers what it is told to, and keeps what it was asked. */
import { type HostsLike } from '../../src/coordinator/hostsLike';
import { type Lists, type PageWanted, type Told, type Which } from '../../src/coordinator/list/contract';
import { type CountOfTransactions, type ListOfTransactions } from '../../src/protocol/client/listed';
import { given } from '../../src/protocol/wire/given';

export class FakeLists implements Lists {
  readonly asked: (PageWanted | Which)[] = [];
  page: ListOfTransactions = { transactions: [] };
  /** Where one page is not enough. */
  pageOf: (wanted: PageWanted) => ListOfTransactions = () => this.page;
  /** Told beside what was found. */
  like: HostsLike | undefined;
  /** Thrown by both. */
  failure: unknown;

  list(wanted: PageWanted): Promise<Told<ListOfTransactions>> {
    return this.#answer(wanted, { ...this.pageOf(wanted), ...given({ like: this.like }) });
  }

  count(which: Which): Promise<Told<CountOfTransactions>> {
    return this.#answer(which, {
      count: this.page.transactions.length,
      ...given({ like: this.like }),
    });
  }

  async #answer<T>(asked: PageWanted | Which, answer: T): Promise<T> {
    this.asked.push(asked);
    if (this.failure !== undefined) throw this.failure as Error;
    return Promise.resolve(answer);
  }
}
