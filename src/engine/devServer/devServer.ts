// The Temporal server that `npm start` runs when no TEMPORAL_ADDRESS is set. Owns its life: started through
// temporal-dev.sh, started again when it dies alone, ended by stop(). One process owns a data directory at a
// time; a server that a killed owner left running is taken over by the next one.
// Can fail: the first start, with what temporal-dev.sh said (a directory in use and by whom, a port in use,
// no binary, …). A later start that fails is logged and tried again until stop().
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { letGo } from './claim';
import { watchDisk } from './disk';
import { launch, type RunningServer } from './launch';
import { type DevServerOptions, type LaunchOptions } from './options';
import { packageRoot } from './packageRoot';

export type { DevServerOptions } from './options';

export interface DevServer {
  /** host:port of the gRPC service. */
  readonly address: string;
  readonly uiUrl: string;
  /** Why it cannot store anything, for callers; undefined while it can. */
  trouble(): string | undefined;
  /** Resolves when the server's process is gone and the data directory is free for others. */
  stop(): Promise<void>;
}

const HEALTHY_AFTER_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

type Supervision = LaunchOptions & { readonly signal: AbortSignal };

export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const start = { ...options, dataDir: resolve(packageRoot(), options.dataDir), token: randomUUID() };
  const first = await firstLaunch(start);
  const stopping = new AbortController();
  const supervised = supervise(first, { ...start, signal: stopping.signal });
  const disk = watchDisk(start);
  return {
    address: `127.0.0.1:${options.port}`,
    uiUrl: `http://127.0.0.1:${options.uiPort}`,
    trouble: () => disk.trouble(),
    stop: () => {
      disk.stop();
      stopping.abort();
      return supervised;
    },
  };
}

async function firstLaunch(options: LaunchOptions): Promise<RunningServer> {
  try {
    const server = await launch(options);
    const how = server.takenOver ? 'took over the one that a killed coordinator left' : 'started';
    options.log('info', `Temporal server: ${how}`, { pid: server.pid });
    return server;
  } catch (error) {
    await letGo(options.dataDir, options.token);
    throw error;
  }
}

async function supervise(first: RunningServer, supervision: Supervision): Promise<void> {
  const stopped = once(supervision.signal, 'abort').then(() => undefined);
  let server: RunningServer | undefined = first;
  let quickDeaths = 0;
  while (server !== undefined) {
    const began = Date.now();
    const death = await Promise.race([stopped, server.died]);
    if (death === undefined) break;
    quickDeaths = Date.now() - began < HEALTHY_AFTER_MS ? quickDeaths + 1 : 0;
    supervision.log('warn', 'the Temporal server ended by itself, starting it again', {
      pid: server.pid,
      ...death,
    });
    server = await startAgain(supervision, quickDeaths);
  }
  await server?.stop();
  await letGo(supervision.dataDir, supervision.token);
}

/** undefined when stop() came first. */
async function startAgain(supervision: Supervision, quickDeaths: number): Promise<RunningServer | undefined> {
  for (let failures = quickDeaths; ; failures += 1) {
    try {
      await sleep(pauseMs(failures), undefined, { signal: supervision.signal });
      const server = await launch(supervision);
      supervision.log('info', 'Temporal server: started again', { pid: server.pid });
      return server;
    } catch (error) {
      if (supervision.signal.aborted) return undefined;
      supervision.log('error', 'the Temporal server cannot be started, trying again', { err: error });
    }
  }
}

/** None for the first death of a server that had lived for a while. */
function pauseMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}
