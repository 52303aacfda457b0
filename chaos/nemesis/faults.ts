/** Owns the kinds of faults: whom each can befall, how it begins and how it is over. Here: processes, links and answers. */
import { answersInTrouble } from '../participant/faults';
import { type ManagedProcess } from '../world/process';
import { type Link, type Trouble, troubles } from '../world/proxy';
import { type World } from '../world/world';
import { ofDatabases, ofDisk } from './databases';
import { type FaultKind, type Scene } from './kind';
import { meddling } from './meddling';
import { pausing } from './pausing';
import { restarting } from './restarting';

export function faultKinds(scene: Scene): FaultKind[] {
  const { world } = scene;
  const processes = new Map(processesOf(world).map(each => [each.name, each]));
  const links = linksOf(world);
  return [
    ...killing(processes),
    ...freezing(processes),
    ...ofDatabases(world),
    ...ofDisk(world),
    ...breaking(links, world),
    ...answering(world),
    ...restarting(world),
    ...meddling(scene),
    ...pausing(scene),
  ];
}

const processesOf = ({ temporal, coordinators, services }: World): ManagedProcess[] => [
  ...(temporal === undefined ? [] : [temporal]),
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
    temporal: names.filter(name => name === 'temporal'),
    participant: names.filter(name => !/^(?:api|worker|temporal)/.test(name)),
  };
}

function killing(processes: Processes): FaultKind[] {
  return Object.entries(jobs(processes)).map(([job, targets]) => ({
    ...{ fault: `kill ${job}`, targets, longestMs: 3_000, holdsProcess: true },
    run: async (target, until) => {
      const victim = processes.get(target);
      await victim?.kill();
      await until;
      await victim?.start();
      return undefined;
    },
  }));
}

function freezing(processes: Processes): FaultKind[] {
  return Object.entries(jobs(processes)).map(([job, targets]) => ({
    ...{ fault: `stop ${job}`, targets, longestMs: 6_000, holdsProcess: true },
    run: async (target, until) => {
      const victim = processes.get(target);
      victim?.freeze();
      await until;
      victim?.thaw();
      return undefined;
    },
  }));
}

function breaking(links: ReadonlyMap<string, Link>, { services }: World): FaultKind[] {
  const names = [...links.keys()];
  const ways = {
    temporal: names.filter(name => name.endsWith('to temporal')),
    link: names.filter(name => !name.endsWith('to temporal')),
  };
  const all: readonly (readonly [Trouble, string, readonly string[]])[] = [
    ...Object.entries(ways).flatMap(([way, targets]) =>
      troubles.map(trouble => [trouble, way, targets] as const),
    ),
    ['repeat', 'link', services.map(({ name }) => name)],
  ];
  return all.map(([trouble, way, targets]) => ({
    ...{ fault: `${trouble} ${way}`, targets, longestMs: 5_000 },
    run: async (target: string, until: Promise<void>) => {
      const link = links.get(target);
      link?.break(trouble);
      await until;
      link?.mend();
      return undefined;
    },
  }));
}

function answering({ services }: World): FaultKind[] {
  const targets = services.filter(({ isSeats }) => !isSeats).map(({ name }) => name);
  const find = (target: string): ManagedProcess | undefined =>
    services.find(({ name }) => name === target)?.process;
  const answers = answersInTrouble.map((trouble): FaultKind => ({
    ...{ fault: `answers: ${trouble}`, targets, longestMs: 4_000, holdsProcess: true },
    run: async (target, until, forMs) => {
      find(target)?.tell({ trouble, forMs });
      await until;
      return undefined;
    },
  }));
  const skewed: FaultKind = {
    ...{ fault: 'clock skew', targets, longestMs: 6_000, holdsProcess: true },
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
