/**
 * Owns comparing one participant's list with the coordinator, entry by entry, in bounded memory: of what is found at most
 * `most` entries a kind are kept, the rest is counted. Nothing is changed. A list that does not answer is a result.
 */
import { Context } from '@temporalio/activity';
import { standingOf } from '../../src/coordinator/orphans/standing';
import { type IdStanding } from '../../src/protocol/orphans/standing';
import { type Scan, type SweepActivities } from '../../src/protocol/orphans/steps';
import { concurrently } from '../../src/coordinator/concurrently';
import { type Entry, ListTrouble, pagesOf } from './preparedList';
import { type SweepTools } from './tools';

const lookUpsAtOnce = 8;

export function scanActivity({ engine, outbound }: SweepTools): SweepActivities['scan'] {
  return async ({ url, most, requestTimeoutMs }) => {
    const tally = new Tally(most);
    const { cancellationSignal: signal } = Context.current();
    try {
      for await (const page of pagesOf({ outbound, url, timeoutMs: requestTimeoutMs, signal })) {
        const standings = await concurrently(page, lookUpsAtOnce, each =>
          standingOf(engine, each.transactionId),
        );
        page.forEach((entry, index) => {
          tally.add(entry, standings[index] as IdStanding);
        });
      }
    } catch (error) {
      if (!(error instanceof ListTrouble)) throw error;
      signal.throwIfAborted();
      return { ...tally.result(), trouble: error.message };
    }
    return tally.result();
  };
}

class Tally {
  readonly #most: number;
  readonly #counts = { entries: 0, foreign: 0, running: 0, prepared: 0, unknown: 0 };
  readonly #decided: Scan['decided'][number][] = [];
  readonly #unknown: Scan['unknown'][number][] = [];
  readonly #interrupted = new Map<string, Scan['interrupted'][number]>();

  constructor(most: number) {
    this.#most = most;
  }

  add({ transactionId, participant }: Entry, standing: IdStanding): void {
    this.#counts.entries += 1;
    const entry = { transactionId, participant };
    switch (standing.is) {
      case 'foreign':
      case 'running':
        this.#counts[standing.is] += 1;
        break;
      case 'decided':
        this.#counts.prepared += 1;
        this.#keep(this.#decided, { ...entry, decision: standing.decision });
        break;
      case 'unknown':
        this.#counts.unknown += 1;
        this.#keep(this.#unknown, { ...entry, expired: standing.expired });
        break;
      case 'interrupted': {
        const { endedAt } = standing;
        if (this.#interrupted.size < this.#most)
          this.#interrupted.set(transactionId, { transactionId, endedAt });
      }
    }
  }

  #keep<T>(list: T[], entry: T): void {
    if (list.length < this.#most) list.push(entry);
  }

  result(): Scan {
    const interrupted = [...this.#interrupted.values()];
    return { counts: this.#counts, decided: this.#decided, unknown: this.#unknown, interrupted };
  }
}
