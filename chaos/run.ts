/**
 * Owns a run: a world is started, loaded and destroyed by the plan of a seed, mended, read from outside, and judged. Everything stops by
 * itself, also where it is interrupted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { UsageError } from '../src/command/output';
import { seeded } from '../src/testing/random';
import { check } from './checker/check';
import { type Violation } from './checker/violation';
import { type Evidence, type LockLeft, ofKind } from './evidence';
import { keepHistories } from './histories';
import { Load } from './load/load';
import { startReceiver } from './load/receiver';
import { faultKinds } from './nemesis/faults';
import { prepareForeignWorker } from './nemesis/foreignWorker';
import { type FaultKind } from './nemesis/kind';
import { carryOut } from './nemesis/nemesis';
import { schedule } from './nemesis/schedule';
import { type Recorder, createRecorder } from './recorder';
import { type Cluster } from './world/cluster';
import { type World, newFolder, startWorld } from './world/world';

export interface RunOptions {
  readonly seed: number;
  readonly forMs: number;
  /** Where the log is written. */
  readonly logFile: string;
  /** Where the histories of those go that have not ended. */
  readonly histories: string;
  /** Where processes write theirs. */
  readonly logs: string;
  readonly clients: number;
  /** Between the beginnings of two faults, on average. */
  readonly everyMs: number;
  /** The names of those that may be carried out. */
  readonly kinds: readonly string[];
  /** Until everything has ended, so long at most. */
  readonly settleWithinMs: number;
  /** The name of a planted bug. */
  readonly plant?: string | undefined;
  readonly cluster?: Cluster | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Ran {
  readonly evidence: Evidence;
  readonly violations: readonly Violation[];
}

export async function run(options: RunOptions): Promise<Ran> {
  const recorder = createRecorder(options.logFile);
  const { signal, plant, say } = options;
  await prepareForeignWorker();
  signal.throwIfAborted();
  const world = await startWorld(newFolder(), {
    ...{ recorder, signal, plant, logs: options.logs },
    cluster: options.cluster,
  });
  try {
    say(`started: ${world.services.map(({ name }) => name).join(', ')}`);
    return await destroy(world, recorder, options);
  } finally {
    await world.close();
  }
}

async function destroy(world: World, recorder: Recorder, options: RunOptions): Promise<Ran> {
  const { seed, signal, say, clients } = options;
  const receiver = await startReceiver(recorder, seeded(seed + 1));
  const { temporalAddress: address, namespace } = world;
  const connection = Connection.lazy({ address });
  const onceConnection = Connection.lazy({ address, interceptors: [] }); // among them the one that asks again
  const temporal = new Client({ connection, namespace });
  const temporalOnce = new Client({ connection: onceConnection, namespace });
  try {
    const [first, second] = world.coordinators.filter(({ role }) => role === 'api');
    if (first === undefined || second === undefined) throw new Error('there are not two APIs');
    const load = new Load({
      ...{
        recorder,
        random: seeded(seed + 2),
        apis: [first, second],
        services: world.services,
        clients,
        signal,
      },
      receiver: receiver.url,
    });
    const all = faultKinds({
      ...{ world, recorder, random: seeded(seed + 3), temporal, temporalOnce },
      anyOpen: () => load.anyOpen(seeded(seed + load.orders)),
    });
    const { possible: kinds, leftOut } = possibleOf(all, options.kinds);
    if (leftOut.length > 0) say(`left out, since there is nobody here to befall: ${leftOut.join(', ')}`);
    if (kinds.length === 0) throw new UsageError('there is no fault that can befall anybody here');
    const loading = load.run();
    const began = Date.now();
    const telling = setInterval(() => {
      const begun = ofKind(recorder, 'fault').filter(({ is }) => is === 'begins').length;
      say(`${Math.round((Date.now() - began) / 1_000)} s: ${load.orders} orders, ${begun} faults`);
    }, tellEveryMs);
    try {
      const plan = schedule(kinds, { random: seeded(seed), forMs: options.forMs, everyMs: options.everyMs });
      say(
        `${plan.length} faults of ${kinds.length} kinds are planned for ${Math.round(options.forMs / 1000)} s, seed ${seed}`,
      );
      await Promise.all([
        carryOut(plan, { kinds, recorder, signal, forMs: options.forMs }),
        sleep(options.forMs, undefined, { signal }),
      ]);
    } finally {
      clearInterval(telling);
      load.stop();
      await loading;
    }
    say(`mended; ${load.orders} orders were given, waiting for what is open`);
    return await judge(world, { recorder, load, temporal, options });
  } finally {
    await receiver.close();
    await connection.close();
    await onceConnection.close();
  }
}

const tellEveryMs = 30_000;

interface Possible {
  readonly possible: readonly FaultKind[];
  /** By name: nobody is here whom they could befall. */
  readonly leftOut: readonly string[];
}

function possibleOf(all: readonly FaultKind[], names: readonly string[]): Possible {
  const wanted = all.filter(({ fault }) => names.includes(fault));
  return {
    possible: wanted.filter(({ targets }) => targets.length > 0),
    leftOut: wanted.filter(({ targets }) => targets.length === 0).map(({ fault }) => fault),
  };
}

interface Judging {
  readonly recorder: Recorder;
  readonly load: Load;
  readonly temporal: Client;
  readonly options: RunOptions;
}

/** What takes a moment after the end of a transaction (its last notification, say) is waited for: as long as the verdict gets better by it. */
async function judge(world: World, { recorder, load, temporal, options }: Judging): Promise<Ran> {
  const { settleWithinMs } = options;
  const end = Date.now() + settleWithinMs;
  const { open } = await load.settle(settleWithinMs, () => world.journals().map(({ id }) => id));
  await keepHistories(temporal, open, options.histories);
  for (;;) {
    const evidence = await gather(world, recorder);
    const violations = check(evidence);
    const mayGetBetter = violations.length > 0 && violations.every(({ rule }) => comesLater.includes(rule));
    if (!mayGetBetter || Date.now() > end || options.signal.aborted) return { evidence, violations };
    await sleep(500);
  }
}

const comesLater: readonly string[] = [
  'left prepared',
  'left locked',
  'notification lost',
  'event lost',
  'books',
];

async function gather(world: World, recorder: Recorder): Promise<Evidence> {
  const books = await Promise.all(world.services.map(service => service.books()));
  const told = [...recorder.told, ...world.journals()].toSorted((a, b) => a.at - b.at);
  return { told, books, locksLeft: await locksLeft(world) };
}

type Users = readonly { readonly holder: string }[];

interface Listed {
  readonly resource: string;
  readonly holders?: Users;
  readonly waiters?: Users;
}

async function locksLeft({ coordinators }: World): Promise<LockLeft[]> {
  const url = `${coordinators[0]?.url ?? ''}/locks`;
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) return [{ resource: `GET /locks answered ${response.status}`, by: [] }]; // looked at again, as what is left locked
  const { locks } = (await response.json()) as { readonly locks: readonly Listed[] };
  return locks.map(({ resource, holders = [], waiters = [] }) => ({
    resource,
    by: [...holders, ...waiters].map(({ holder }) => holder),
  }));
}
