/** Owns what workflow code finds in the place of `@temporalio/workflow`: the same names, over an instance of the simulation. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ActivityFailure, RetryState } from '@temporalio/common';
import { type Ms } from '../../src/protocol/wire/phases';
import { type Instance, cancelled } from './instance';

interface ScopeOptions {
  readonly cancellable?: boolean;
  readonly parent?: Scope;
}

const scopes = new AsyncLocalStorage<Scope>();

class Scope {
  readonly cancelRequested: Promise<never>;
  readonly cancellable: boolean;
  isCancelled = false;
  #reject: (error: unknown) => void = () => undefined;
  readonly #children = new Set<Scope>();

  constructor({ cancellable = true, parent = scopes.getStore() }: ScopeOptions = {}) {
    this.cancellable = cancellable;
    this.cancelRequested = new Promise<never>((_, reject) => (this.#reject = reject));
    this.cancelRequested.catch(() => undefined);
    if (parent !== undefined) parent.#children.add(this);
  }

  static current(): Scope {
    const scope = scopes.getStore();
    if (scope === undefined) throw new Error('not in a workflow');
    return scope;
  }

  static nonCancellable<T>(work: () => Promise<T>): Promise<T> {
    return new Scope({ cancellable: false }).run(work);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    return await scopes.run(this, work);
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.#reject(cancelled());
    for (const child of this.#children) if (child.cancellable) child.cancel();
  }
}

/** Runs the workflow in its root scope. */
export function inRoot(instance: Instance, main: () => Promise<unknown>): Promise<unknown> {
  const root = new Scope({ cancellable: true });
  instance.cancel = () => {
    root.cancel();
  };
  return root.run(main);
}

/** Of an activity whose end is not waited for once it is cancelled. */
function notAwaited(id: string, name: string): ActivityFailure {
  return new ActivityFailure('', name, id, RetryState.NON_RETRYABLE_FAILURE, undefined, cancelled());
}

type Options = Readonly<Record<string, unknown>>;

interface Child extends Options {
  readonly workflowId: string;
  readonly args: readonly unknown[];
}

export function workflowApi(original: object, current: () => Instance): object {
  const waitFor = (key: string, ask: () => void, giveUp: () => void): Promise<unknown> => {
    const instance = current();
    const scope = Scope.current();
    if (scope.isCancelled) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      ask();
      instance.waiting.set(key, { resolve, reject });
      if (!scope.cancellable) return;
      scope.cancelRequested.catch(() => {
        if (instance.waiting.has(key)) giveUp();
      });
    });
  };
  const next = (): string => String((current().count += 1));
  const activities = (kind: 'activity' | 'local') => (options: Options) =>
    new Proxy(
      {},
      {
        get: (_, name: string) => (input: unknown) => {
          const id =
            kind === 'local' ? `local ${next()}` : ((options['activityId'] as string | undefined) ?? next());
          const { commands } = current();
          return waitFor(
            id,
            () => commands.push({ do: kind, id, name, input: JSON.stringify(input), options }),
            () => {
              commands.push({ do: 'cancelActivity', id });
              if (options['cancellationType'] === 'TRY_CANCEL') current().forget(id, notAwaited(id, name));
            },
          );
        },
      },
    );
  const silent = new Proxy({}, { get: () => () => undefined });
  const upsert = (): void => {
    current().commands.push({ do: 'upsert', id: '' });
  };
  return {
    ...original,
    CancellationScope: Scope,
    workflowInfo: () => {
      const { id, run, historyLength } = current();
      const startTime = new Date(run.startedAt);
      return { workflowId: id, runId: run.runId, historyLength, startTime, memo: {}, searchAttributes: {} };
    },
    condition: (holds: () => boolean) => {
      if (holds()) return Promise.resolve();
      const { conditions } = current();
      return new Promise<void>(resolve => conditions.add({ holds, resolve }));
    },
    sleep: (ms: Ms) => {
      const id = next();
      const instance = current();
      return waitFor(
        `timer ${id}`,
        () => instance.commands.push({ do: 'timer', id, ms }),
        () => {
          instance.commands.push({ do: 'cancelTimer', id });
          instance.forget(`timer ${id}`, cancelled());
        },
      );
    },
    startChild: (name: string, { workflowId: id, args: [input], ...options }: Child) =>
      waitFor(
        `child ${id}`,
        () => current().commands.push({ do: 'child', id, name, input: JSON.stringify(input), options }),
        () => {
          throw new Error('the start of a child is given up, which nothing simulated does');
        },
      ),
    getExternalWorkflowHandle: (to: string) => ({
      signal: ({ name }: { readonly name: string }) => {
        const id = next();
        return waitFor(
          `signalled ${id}`,
          () => current().commands.push({ do: 'signal', id, to, name }),
          () => {
            throw new Error('a signal is given up, which nothing simulated does');
          },
        );
      },
    }),
    proxyActivities: activities('activity'),
    proxyLocalActivities: activities('local'),
    proxySinks: () => new Proxy({}, { get: () => silent }),
    log: silent,
    setCurrentDetails: () => undefined,
    upsertMemo: upsert,
    upsertSearchAttributes: upsert,
    patched: (id: string) => {
      const { patches, commands } = current();
      if (!patches.has(id)) commands.push({ do: 'patch', id });
      patches.add(id);
      return true;
    },
    setHandler: (
      { name, type }: { name: string; type: string },
      handle: (argument: unknown) => unknown,
      { validator }: { validator?: (argument: unknown) => void } = {},
    ) => {
      const { signals, updates, queries } = current();
      if (type === 'signal') signals.set(name, handle);
      else if (type === 'query') queries.set(name, handle);
      else updates.set(name, { handle, ...(validator === undefined ? {} : { validator }) });
    },
    setDefaultSignalHandler: (handle: (name: string, argument: unknown) => unknown) => {
      current().otherSignals = handle;
    },
  };
}
