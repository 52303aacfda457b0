/** A coordinator in memory: the routes are the point of these tests, not the engine. It records what it was asked. */
import {
  type ActOptions,
  type Action,
  type Coordinator,
  type Reading,
  type Recovered,
  type StartOptions,
  type Tell,
  type WaitOptions,
  type WatchOptions,
} from '../../src/coordinator/transaction/contract';
import { isOwnedBy, type Owner } from '../../src/engine/facts/owner';
import { UnknownTransaction } from '../../src/coordinator/errors';
import { toldOf } from '../../src/protocol/client/changes';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { given } from '../../src/protocol/wire/given';
import { type ForeseenDocument } from '../../src/protocol/client/foreseen';
import { redactUrl } from '../../src/protocol/wire/urls';

export class FakeCoordinator implements Coordinator {
  readonly calls: { readonly method: string; readonly with: unknown }[] = [];
  readonly started: StartOptions[] = [];
  /** Thrown by every method but those in `working`. */
  failure: unknown;
  working: readonly (keyof Coordinator)[] = [];
  /** Waits that have begun and not ended. */
  waits = 0;
  private readonly readings = new Map<string, Reading>();
  private readonly owners = new Map<string, { readonly startedBy: string; readonly owner?: string }>();
  private readonly changes = new EventTarget();

  start(options: StartOptions): Promise<Reading> {
    return this.answer('start', options, () => {
      this.started.push(options);
      const document = pendingDocument(`testt${this.started.length}`, options);
      this.owners.set(document.id, { startedBy: options.caller.plainName, owner: options.caller.name });
      return this.put({ document });
    });
  }

  read(id: string, of?: Owner): Promise<Reading> {
    return this.answer('read', { id }, () => this.get(id, of));
  }

  glance(id: string, of: Owner | undefined): Promise<Reading> {
    return this.answer('glance', { id }, () => this.get(id, of));
  }

  async wait({ document: { id } }: Reading, { until, timeoutMs, signal }: WaitOptions): Promise<Reading> {
    await this.answer('wait', { id, until, timeoutMs }, () => this.get(id));
    const isOver = ({ status, state }: TransactionDocument): boolean =>
      until.is === 'outcome' ? status !== 'pending' : state !== until.from;
    this.waits += 1;
    const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    while (!end.aborted && !isOver(this.get(id).document)) await this.nextChange(end);
    this.waits -= 1;
    return this.get(id);
  }

  async watch(id: string, { of, signal }: WatchOptions, tell: Tell): Promise<void> {
    await this.answer('watch', { id }, () => this.get(id, of));
    this.waits += 1;
    try {
      await tell(this.watched(id, signal));
    } finally {
      this.waits -= 1;
    }
  }

  private async *watched(id: string, signal: AbortSignal): AsyncGenerator<Reading> {
    let told: string | undefined;
    for (;;) {
      const reading = this.get(id);
      const { document, partial } = reading;
      const now = `${toldOf(document)} ${String(partial)}`;
      if (now !== told) {
        told = now;
        yield reading;
      } else if (document.endedAt !== undefined || signal.aborted) return;
      else await this.nextChange(signal);
    }
  }

  abort(
    id: string,
    action: { readonly by: string; readonly reason?: string },
    { of, ifMatch }: ActOptions = {},
  ): Promise<Reading> {
    return this.answer('abort', { id, ...action, ...given({ ifMatch }) }, () => {
      this.get(id, of);
      return this.set(id, { state: 'rollingBack', decision: 'rollback' });
    });
  }

  retryNow(id: string, action: { readonly by: string }, { ifMatch }: ActOptions = {}): Promise<Reading> {
    return this.answer('retryNow', { id, ...action, ...given({ ifMatch }) }, () => this.get(id));
  }

  resolve(
    id: string,
    action: Parameters<Coordinator['resolve']>[1],
    { ifMatch }: ActOptions = {},
  ): Promise<Reading> {
    return this.answer('resolve', { id, ...action, ...given({ ifMatch }) }, () => this.get(id));
  }

  foresee(id: string, action: Action, { of, ifMatch }: ActOptions = {}): Promise<ForeseenDocument> {
    return this.answer('foresee', { id, action, ...given({ ifMatch }) }, () => {
      const { document } = this.get(id, of);
      const follows = { decision: 'commit', inconsistent: ['p1'], locksFree: [], ends: true } as const;
      return { dryRun: true, document, follows };
    });
  }

  recover(id: string): Promise<Recovered> {
    return this.answer('recover', { id }, () => ({ is: 'running' }));
  }

  ready(): Promise<void> {
    return this.answer('ready', {}, () => undefined);
  }

  /** Changes a transaction as the engine would, and wakes whoever waits for it. */
  set(id: string, change: Partial<TransactionDocument>): Reading {
    const { document } = this.get(id);
    return this.put({ document: { ...document, ...change } });
  }

  /** No worker answers for it, until the next change. */
  setPartial(id: string, change: Partial<TransactionDocument> = {}): Reading {
    return this.put({ document: { ...this.get(id).document, ...change }, partial: true });
  }

  /** A transaction that is there without a request. @param owner none where an older version started it */
  add(id: string, startedBy = 'anonymous', owner?: string): Reading {
    this.owners.set(id, { startedBy, ...(owner === undefined ? {} : { owner }) });
    const request = {
      participants: [{ name: 'p1', url: 'http://a/prepare', commitUrl: '', rollbackUrl: '' }],
    };
    return this.put({ document: pendingDocument(id, { request }) });
  }

  private async answer<T>(method: keyof Coordinator, asked: unknown, result: () => T): Promise<T> {
    this.calls.push({ method, with: asked });
    if (this.failure !== undefined && !this.working.includes(method)) throw this.failure as Error;
    return Promise.resolve(result());
  }

  private get(id: string, of?: Owner): Reading {
    const reading = this.readings.get(id);
    const owner = this.owners.get(id);
    const isIts = of === undefined || (owner !== undefined && isOwnedBy(owner, of));
    if (reading === undefined || !isIts) throw new UnknownTransaction(id);
    return reading;
  }

  private put(reading: Reading): Reading {
    this.readings.set(reading.document.id, reading);
    this.changes.dispatchEvent(new Event('change'));
    return reading;
  }

  private nextChange(end: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      this.changes.addEventListener(
        'change',
        () => {
          resolve();
        },
        { once: true },
      );
      end.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }
}

function pendingDocument(id: string, { request }: Pick<StartOptions, 'request'>): TransactionDocument {
  const participants = request.participants.map(({ name, url }) => {
    return { name, url: redactUrl(url), state: 'preparing', attempts: 0 } as const;
  });
  const createdAt = '2025-01-01T00:00:00.000Z';
  const decideBy = '2025-01-01T00:01:00.000Z';
  return {
    id,
    status: 'pending',
    state: 'preparing',
    decision: null,
    needsAttention: false,
    createdAt,
    decideBy,
    participants,
  };
}
