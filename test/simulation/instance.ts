/**
 * Owns one workflow instance in a worker's memory, as the SDK has it: what happened is put into it job by job, what it asks for is its
 * commands. An instance that is made again from the same jobs has to give the same commands.
 */
import { CancelledFailure, TemporalFailure } from '@temporalio/common';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Ms } from '../../src/protocol/wire/phases';
import { settled } from './clock';

export type Job =
  | { readonly is: 'start' }
  | { readonly is: 'activity' | 'local'; readonly id: string; readonly result: Result }
  | { readonly is: 'child' | 'signalled'; readonly id: string; readonly result: Result }
  | { readonly is: 'timer'; readonly id: string }
  | { readonly is: 'signal'; readonly name: string; readonly argument: unknown }
  | { readonly is: 'update'; readonly name: string; readonly argument: unknown }
  | { readonly is: 'cancel' };

export type Result = { readonly value: unknown } | { readonly error: unknown };

export type Command =
  | {
      readonly do: 'activity' | 'local';
      readonly id: string;
      readonly name: string;
      readonly input: string;
      readonly options: Readonly<Record<string, unknown>>;
    }
  | { readonly do: 'cancelActivity' | 'cancelTimer'; readonly id: string }
  | { readonly do: 'timer'; readonly id: string; readonly ms: Ms }
  | {
      readonly do: 'child';
      readonly id: string;
      readonly name: string;
      readonly input: string;
      readonly options: Readonly<Record<string, unknown>>;
    }
  | { readonly do: 'signal'; readonly id: string; readonly to: string; readonly name: string }
  | { readonly do: 'upsert'; readonly id: string }
  | { readonly do: 'patch'; readonly id: string }
  | { readonly do: 'complete'; readonly id: string };

export type Asks<Do extends Command['do']> = Extract<Command, { do: Do }>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Handler {
  readonly handle: (argument: unknown) => unknown;
  readonly validator?: (argument: unknown) => void;
}

export interface Run {
  readonly runId: string;
  readonly startedAt: Ms;
}

export class Instance {
  now: Ms = 0;
  historyLength = 0;
  readonly commands: Command[] = [];
  readonly waiting = new Map<string, Waiting>();
  readonly conditions = new Set<{ readonly holds: () => boolean; readonly resolve: () => void }>();
  readonly signals = new Map<string, Handler['handle']>();
  readonly updates = new Map<string, Handler>();
  readonly queries = new Map<string, Handler['handle']>();
  readonly patches = new Set<string>();
  otherSignals: (name: string, argument: unknown) => unknown = () => undefined;
  cancel: () => void = () => undefined;
  state: () => Transaction = () => {
    throw new Error('the transaction has not begun');
  };
  /** What the run came to; a failure of Temporal's fails it. */
  ended: Result | undefined;
  /** A bug or a broken invariant: the workflow task fails. */
  failed: { readonly error: unknown } | undefined;
  count = 0;
  readonly #forgotten = new Set<string>();

  constructor(
    readonly id: string,
    readonly run: Run,
    private readonly main: () => Promise<unknown>,
  ) {}

  async activate(
    jobs: readonly Job[],
    { now, historyLength }: { now: Ms; historyLength: number },
  ): Promise<void> {
    this.now = now;
    this.historyLength = historyLength;
    for (const job of jobs)
      this.#guard(() => {
        this.#do(job);
      });
    await settled();
    while (this.#unblock()) await settled();
  }

  /** What was cancelled, and is not waited for. */
  forget(id: string, error: unknown): void {
    this.#forgotten.add(id);
    this.waiting.get(id)?.reject(error);
    this.waiting.delete(id);
  }

  #unblock(): boolean {
    const due = [...this.conditions].filter(({ holds }) => holds());
    for (const each of due) {
      this.conditions.delete(each);
      each.resolve();
    }
    return due.length > 0;
  }

  #do(job: Job): void {
    switch (job.is) {
      case 'start':
        this.main().then(
          (value: unknown) => {
            this.#end({ value });
          },
          (error: unknown) => {
            if (error instanceof TemporalFailure) this.#end({ error });
            else this.failed ??= { error };
          },
        );
        return;
      case 'activity':
      case 'local':
        this.#resolve(job.id, job.result);
        return;
      case 'child':
      case 'signalled':
        this.#resolve(`${job.is} ${job.id}`, job.result);
        return;
      case 'timer':
        this.#resolve(`timer ${job.id}`, { value: undefined });
        return;
      case 'signal': {
        const handle = this.signals.get(job.name);
        if (handle === undefined) this.otherSignals(job.name, job.argument);
        else handle(job.argument);
        return;
      }
      case 'update':
        this.updates.get(job.name)?.handle(job.argument);
        return;
      case 'cancel':
        this.cancel();
    }
  }

  #end(result: Result): void {
    this.ended = result;
    this.commands.push({ do: 'complete', id: '' });
  }

  #resolve(id: string, result: Result): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined && this.#forgotten.has(id)) return;
    if (waiting === undefined) throw new Error(`nondeterminism: nobody waits for "${id}"`);
    this.waiting.delete(id);
    if ('error' in result) waiting.reject(result.error);
    else waiting.resolve(result.value);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed ??= { error };
    }
  }
}

export function cancelled(): CancelledFailure {
  return new CancelledFailure('cancelled');
}
