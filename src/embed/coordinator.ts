/**
 * Owns a coordinator that runs inside a service of somebody else: the same parts as the program's (`assembly.ts`), and nothing of the
 * process. It listens to no signal and ends no process, its metrics are in a registry of their own, its log is the host's, and the SDK's
 * runtime and threads are left as they are.
 */
import { reachTemporal } from '../compose';
import { assemble, closeAll, type Closers, startWorker } from '../assembly';
import { type CoordinatorOptions, type EmbeddedCoordinator } from './contract';
import { createDoor } from './door';
import { logTo } from './log';
import { configOf } from './settings';

const graceMs = 5_000;

/** @throws ConfigError that names every bad setting, its value unless that may be a secret, and what is allowed */
export function createCoordinator(options: CoordinatorOptions): EmbeddedCoordinator {
  const { settings = {}, connection, onFailure } = options;
  const config = configOf(settings, { hasConnection: connection !== undefined });
  const log = logTo(options.log, config.logLevel);
  const stop = new AbortController();
  const closers: Closers = [];
  const door = createDoor(config, log);
  const around = { config, log, closers, stopping: stop.signal };
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    const reached = await reachTemporal(around, config.temporal.address ?? theirAddress, connection);
    const parts = await assemble(reached, around);
    if (config.role !== 'api') {
      const { failed } = await startWorker(parts, closers, { isGuest: true });
      failed.catch((err: unknown) => {
        log.error({ err }, 'the worker can no longer run: transactions wait for one of another process');
        onFailure?.(err);
      });
    }
    stop.signal.throwIfAborted();
    door.open(config.role === 'worker' ? parts.createMetricsApi() : parts.createApi());
    closers.push({ what: 'API', close: () => door.close(graceMs) });
    log.info({ namespace: config.temporal.namespace, role: config.role }, 'ready');
  };

  const end = async (): Promise<void> => {
    if (starting !== undefined) log.info('stopping');
    stop.abort(new Error('the coordinator was closed'));
    await starting?.catch(() => undefined); // its caller has the error
    if (closers.every(({ what }) => what !== 'API')) await door.close(graceMs);
    const failures = await closeAll(closers, log);
    if (failures.length > 0)
      throw new AggregateError(failures, 'not all of the coordinator could be stopped');
  };

  return {
    router: door.router,
    start: () => {
      if (starting !== undefined || closing !== undefined)
        return Promise.reject(new Error('a coordinator is started once: create another one'));
      starting = run().catch((cause: unknown) => {
        throw stop.signal.aborted
          ? new Error('the coordinator was closed before its start was done', { cause })
          : cause;
      });
      return starting;
    },
    close: () => (closing ??= end()),
  };
}

/** For commands that operators are shown, where a connection is given and no address: where the CLI looks by itself. */
const theirAddress = '127.0.0.1:7233';
