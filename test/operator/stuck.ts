/** Owns the transactions that operators are called for: one that waits for a vote, and ones stuck in phase two. */
import { type Phase } from '../../src/protocol/wire/phases';
import {
  type Fault,
  type StatefulParticipant,
  silence,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { type World } from '../support/world';

export interface Stuck {
  readonly id: string;
  /** p1: does all that it is asked. */
  readonly healthy: StatefulParticipant;
  /** p2: has `fault` at every request of one phase until `mend()`. */
  readonly broken: StatefulParticipant;
  readonly mend: () => void;
}

interface Trouble {
  readonly phase: Phase;
  readonly fault: Fault;
  /** p3 votes no. */
  readonly refused?: boolean;
  readonly request?: Readonly<Record<string, unknown>>;
}

let count = 0;

async function start({ dtc, participants }: World, trouble: Trouble): Promise<Stuck> {
  count += 1;
  let down = true;
  const healthy = statefulParticipant(participants, `healthy${count}`);
  const broken = statefulParticipant(participants, `broken${count}`, {
    fault: r => (r.phase === trouble.phase && down ? trouble.fault : undefined),
  });
  const no = statefulParticipant(participants, `no${count}`, {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : undefined),
  });
  const all = trouble.refused === true ? [healthy, broken, no] : [healthy, broken];
  const { id } = await dtc.start({ participants: all.map(each => each.url), ...trouble.request });
  await eventually(() => participants.requests(id, broken.name, trouble.phase).length > 0);
  const mend = (): void => {
    down = false;
  };
  return { id, healthy, broken, mend };
}

/** p2 does not vote; its request is under way. */
export function stuckInPrepare(world: World, timeoutMs = 30_000): Promise<Stuck> {
  return start(world, { phase: 'prepare', fault: { instead: silence }, request: { timeoutMs } });
}

/** Commit is decided, p2 does not acknowledge it, and attention is raised. */
export async function stuckInCommit(
  world: World,
  { fault = { instead: 503 }, request = {} }: Partial<Trouble> = {},
): Promise<Stuck> {
  const stuck = await start(world, { phase: 'commit', fault, request });
  await world.dtc.until(stuck.id, d => d.needsAttention);
  return stuck;
}

/** Rollback is decided, p2, which voted yes, does not acknowledge it, and attention is raised. */
export async function stuckInRollback(world: World, fault: Fault = { instead: 503 }): Promise<Stuck> {
  const stuck = await start(world, { phase: 'rollback', fault, refused: true });
  await world.dtc.until(stuck.id, d => d.needsAttention);
  return stuck;
}
