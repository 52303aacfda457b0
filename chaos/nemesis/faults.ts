/** Owns the kinds of faults: whom each can befall, how it begins and how it is over. */
import { type Client } from '@temporalio/client';
import { type Random } from '../../src/testing/random';
import { answersInTrouble } from '../participant/faults';
import { type ManagedProcess } from '../world/process';
import { type Link, troubles } from '../world/proxy';
import { type World } from '../world/world';
import { runForeignWorker } from './foreignWorker';
import { type Kind } from './schedule';

/** What a fault may need to know besides. */
export interface Scene {
  readonly world: World;
  readonly random: Random;
  /** To the Temporal server itself, past all links. */
  readonly temporal: Client;
  /** A transaction that is open, if there is one. */
  readonly anyOpen: () => string | undefined;
}

export interface FaultKind extends Kind {
  /** @param signal when it is to be over; resolves when it is, and whatever it broke is whole again. */
  run(target: string, until: Promise<void>, forMs: number): Promise<string | undefined>;
}

export function faultKinds(scene: Scene): FaultKind[] {
  const { world } = scene;
  const processes = new Map(processesOf(world).map(each => [each.name, each]));
  const links = linksOf(world);
  return [
    ...killing(processes, world),
    ...freezing(processes),
    ...breaking(links),
    ...answering(world),
    ...restarting(world),
    ...meddling(scene),
  ];
}

const processesOf = ({ temporal, coordinators, services }: World): ManagedProcess[] => [
  temporal,
  ...coordinators.map(each => each.process),
  ...services.map(each => each.process),
];

function linksOf({ coordinators, services }: World): ReadonlyMap<string, Link> {
  return new Map([
    ...coordinators.map(({ name, link }) => [`${name} to temporal`, link] as const),
    ...services.map(({ name, link }) => [name, link] as const),
    ...services.flatMap(({ name, database }) =>
      database?.link === undefined ? [] : [[`${name} to its database`, database.link] as const],
    ),
  ]);
}

type Processes = ReadonlyMap<string, ManagedProcess>;

/** Of those of the same job one fault, so that each job has its turn. */
function jobs(processes: Processes): Readonly<Record<string, string[]>> {
  const names = [...processes.keys()];
  return {
    api: names.filter(name => name.startsWith('api')),
    worker: names.filter(name => name.startsWith('worker')),
    temporal: ['temporal'],
    participant: names.filter(name => !/^(?:api|worker|temporal)/.test(name)),
  };
}

function killing(processes: Processes, { services }: World): FaultKind[] {
  const kinds = Object.entries(jobs(processes)).map(([job, targets]): FaultKind => ({
    ...{ fault: `kill ${job}`, targets, longestMs: 3_000 },
    run: async (target, until) => {
      const victim = processes.get(target);
      await victim?.kill();
      await until;
      await victim?.start();
      return undefined;
    },
  }));
  const databases = services.flatMap(({ name, database }) =>
    database?.kill === undefined ? [] : [{ name, database }],
  );
  return [
    ...kinds,
    {
      ...{ fault: 'kill database', targets: databases.map(({ name }) => name), longestMs: 3_000 },
      run: async (target, until) => {
        const found = databases.find(({ name }) => name === target);
        await found?.database.kill?.();
        await until;
        await found?.database.restart?.();
        return undefined;
      },
    },
  ];
}

function freezing(processes: Processes): FaultKind[] {
  return Object.entries(jobs(processes)).map(([job, targets]) => ({
    ...{ fault: `stop ${job}`, targets, longestMs: 6_000 },
    run: async (target, until) => {
      const victim = processes.get(target);
      victim?.freeze();
      await until;
      victim?.thaw();
      return undefined;
    },
  }));
}

function breaking(links: ReadonlyMap<string, Link>): FaultKind[] {
  const names = [...links.keys()];
  const ways = {
    temporal: names.filter(name => name.endsWith('to temporal')),
    link: names.filter(name => !name.endsWith('to temporal')),
  };
  return Object.entries(ways).flatMap(([way, targets]) =>
    troubles.map(trouble => ({
      ...{ fault: `${trouble} ${way}`, targets, longestMs: 5_000 },
      run: async (target: string, until: Promise<void>) => {
        const link = links.get(target);
        link?.break(trouble);
        await until;
        link?.mend();
        return undefined;
      },
    })),
  );
}

function answering({ services }: World): FaultKind[] {
  const targets = services.filter(({ isSeats }) => !isSeats).map(({ name }) => name);
  const find = (target: string): ManagedProcess | undefined =>
    services.find(({ name }) => name === target)?.process;
  const answers = answersInTrouble.map((trouble): FaultKind => ({
    ...{ fault: `answers: ${trouble}`, targets, longestMs: 4_000 },
    run: async (target, until, forMs) => {
      find(target)?.tell({ trouble, forMs });
      await until;
      return undefined;
    },
  }));
  const skewed: FaultKind = {
    ...{ fault: 'clock skew', targets, longestMs: 6_000 },
    run: async (target, until, forMs) => {
      const skewMs = forMs % 2 === 0 ? 30_000 : -30_000;
      find(target)?.tell({ skewMs });
      await until;
      find(target)?.tell({ skewMs: 0 });
      return `${skewMs} ms`;
    },
  };
  return [...answers, skewed];
}

function restarting({ temporal, coordinators, services }: World): FaultKind[] {
  const ours = coordinators.map(each => each.process);
  const workers = coordinators.filter(({ role }) => role === 'worker').map(each => each.process);
  return [
    {
      ...{ fault: 'restart everything', targets: ['everything'], longestMs: 1_000 },
      run: async (_target, until) => {
        const all = [temporal, ...ours, ...services.map(each => each.process)];
        await Promise.all(all.map(each => each.kill()));
        await until;
        await temporal.start();
        await Promise.all(all.slice(1).map(each => each.start()));
        return undefined;
      },
    },
    {
      ...{ fault: 'roll workers', targets: ['workers'], longestMs: 500 },
      run: async () => {
        for (const worker of workers) {
          await worker.stop();
          await worker.start();
        }
        return undefined;
      },
    },
  ];
}

/** What people do, or a program that is not ours. */
function meddling({ temporal, anyOpen, world }: Scene): FaultKind[] {
  const onAny = (fault: string, act: (id: string) => Promise<unknown>): FaultKind => ({
    ...{ fault, targets: ['a transaction'], longestMs: 500 },
    run: async () => {
      const id = anyOpen();
      if (id === undefined) return 'none was open';
      return act(id).then(
        () => id,
        (error: unknown) => `${id}: ${String(error)}`, // it has ended meanwhile, or Temporal is down
      );
    },
  });
  const handle = (id: string): ReturnType<Client['workflow']['getHandle']> => temporal.workflow.getHandle(id);
  return [
    onAny('signal abort', id => handle(id).signal('abort', { reason: 'chaos', by: 'nemesis' })),
    onAny('signal retryNow', id => handle(id).signal('retryNow', { by: 'nemesis' })),
    onAny('signal of nonsense', id => handle(id).signal('resolve', { outcome: 1 })),
    onAny('cancel', id => handle(id).cancel()),
    onAny('terminate', id => handle(id).terminate('chaos')),
    {
      ...{ fault: 'foreign worker', targets: ['queue'], longestMs: 4_000 },
      run: (_target, until) => runForeignWorker(world.temporalAddress, until),
    },
  ];
}
