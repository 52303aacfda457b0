/**
 * Owns what the lock's workflow does around the core, as `workflows/lock/workflow.ts` and `workflows/keep.ts` do: answers, keeping under way what
 * is wanted, closing when idle. The state goes through JSON at every step, as it does when the workflow continues as new.
 */
import { type LockEvent } from '../../../../src/protocol/lock/events';
import { type Lock } from '../../../../src/protocol/lock/state';
import { type LockWork } from '../../../../src/protocol/lock/wanted';
import { given } from '../../../../src/protocol/wire/given';
import {
  type Agent,
  type Message,
  type Setting,
  type Work,
  type World,
  agentOf,
  change,
  far,
  leaseWaitMs,
  seenWithinMs,
  ttlMs,
} from './world';

export function feed(world: World, event: LockEvent, setting: Setting): World {
  const after = setting.core.apply.applyToLock(world.lock, event, world.now);
  const lock = JSON.parse(JSON.stringify(after)) as Lock;
  return settle(answer({ ...world, lock, ...noted(world, lock) }, setting), setting);
}

/** What is remembered to check the lock by. */
function noted(world: World, lock: Lock): Pick<World, 'arrivals' | 'greatest' | 'agents'> {
  const { waiters, lastToken } = lock;
  const waiting = waiters.map(each => each.holder);
  const patient = world.lock.waiters.filter(each => each.until > world.now).map(each => each.holder);
  const old = world.arrivals.filter(each => waiting.includes(each) && patient.includes(each));
  const agents = world.agents.map(each => {
    const waitedFor = waitedForIn(world, lock, each);
    if (each.seenRunning && !waiting.includes(each.name)) return { ...each, waitedFor, seenRunning: false };
    return waitedFor === each.waitedFor ? each : { ...each, waitedFor };
  });
  const arrivals = [...old, ...waiting.filter(each => !old.includes(each))];
  return { arrivals, agents, greatest: Math.max(world.greatest, lastToken) };
}

/** From its grant on, for as long as it is that one. */
function waitedForIn(
  { arrivals, lock: before, now }: World,
  after: Lock,
  { name, is, waitedFor }: Agent,
): boolean {
  const held = after.holders.find(each => each.holder === name);
  if (held === undefined || is === 'transaction') return false;
  const known = before.holders.some(each => each.fencingToken === held.fencingToken);
  if (known) return waitedFor;
  return arrivals.includes(name) && before.waiters.some(each => each.holder === name && each.until > now);
}

/** What sends a transaction's acquire may have been frozen before it read its clock. */
export function acquire(before: World, { holder, sees, at, ...message }: Message, setting: Setting): World {
  const { is, mode, ranAt: ranBefore } = agentOf(before, holder);
  const leased = is === 'lease';
  const world = leased ? before : change(before, holder, { ranAt: Math.max(at, ranBefore) });
  const sent = leased ? { sentAt: message.sentAt } : { sentAt: world.now, ranAt: at };
  const claim = leased
    ? ({ kind: 'lease', ttlMs, by: holder, seenWithinMs } as const)
    : ({ kind: is } as const);
  const until = leased ? world.now + leaseWaitMs : far;
  const event = { type: 'acquire', holder, mode, claim, until, ...sent, ...given({ sees }) } as const;
  const why = setting.core.apply.refusalOf(world.lock, event, world.now);
  if (why !== undefined) return answered(world, holder, { is: 'refused', why, heldBy: [] });
  const unanswered = [...world.unanswered.filter(each => each !== holder), holder];
  return feed({ ...world, unanswered }, event, setting);
}

function answer(world: World, { core }: Setting): World {
  const ready = world.unanswered.filter(each => !core.answer.isBeingLookedAt(world.lock, each));
  const unanswered = world.unanswered.filter(each => !ready.includes(each));
  return ready.reduce<World>(
    (each, to) =>
      answered(
        each,
        to,
        core.answer.standingIn(world.lock, to) ?? { is: 'refused', why: 'late', heldBy: [] },
      ),
    { ...world, unanswered },
  );
}

/** Nobody hears an answer to a question it no longer asks. */
function answered(world: World, to: string, said: World['answers'][number]['answer']): World {
  const answers = world.answers.filter(each => each.to !== to);
  const { life, phase } = agentOf(world, to);
  const hears = life === 'up' && (phase === 'asking' || phase === 'holds');
  return { ...world, answers: hears ? [...answers, { to, answer: said }] : answers };
}

export function settle(world: World, setting: Setting): World {
  const kept = reconcile(world, setting);
  const { state } = setting.core;
  const atRest = kept.works.length === 0 && kept.unanswered.length === 0;
  const closes = atRest && state.isIdle(kept.lock, kept.now);
  return closes ? { ...kept, lock: state.emptyLock('r'), wakesAt: Infinity } : kept;
}

/** What is cancelled ends later, and its key is taken until then; but for the wait for time, which ends at once. */
function reconcile(world: World, { core }: Setting): World {
  const wanted = core.wanted.lockWork(world.lock, world.now);
  const keys = new Set(wanted.map(each => each.key));
  const works = world.works.map(each => (keys.has(each.key) ? each : { ...each, cancelled: true }));
  const missing = wanted.filter(({ key }) => !works.some(each => each.key === key)).flatMap(begun);
  const wakesAt = Math.min(...wanted.map(each => (each.do === 'wake' ? each.at : Infinity)));
  return { ...world, works: [...works, ...missing], wakesAt };
}

function begun(work: LockWork): Work[] {
  const { key } = work;
  if (work.do === 'wake') return [];
  if (work.do === 'look') return [{ do: 'look', key, at: work.at, cancelled: false }];
  return [{ do: 'tell', key, holder: work.holder, token: work.fencingToken, cancelled: false }];
}

export function without(world: World, work: Work): World {
  return { ...world, works: world.works.filter(each => each !== work) };
}
