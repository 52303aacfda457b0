/**
 * Owns when two worlds count as one. What is left out is what nothing ever reads again for a decision:
 * instants, texts for people, what is only shown (`uncounted`), the lists of operators' actions and of recoveries, why it rolls back (but for a commit that was given up); and who
 * is who among participants of one kind.
 *
 * Call numbers count from the oldest call of the participant that is still known: the core and the driver compare them for
 * equality only. Requests count up to the configured attempts: they are compared with that only. Everything else is kept
 * whatever it is, so that a field that the core gains tells states apart until somebody says here that it need not.
 */
import { numberOf } from '../exploring/numberOf';
import { type Exposure } from '../../../src/protocol/wire/answers';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type Locking, type Participant, type Transaction } from '../../../src/protocol/transaction/state';
import { type Facts, type Scenario, type Side, type World } from './world';

export function normalise(world: World, scenario: Scenario): World {
  const most = Math.max(scenario.completionAttempts, scenario.prepareAttempts);
  const lowered = world.t.participants.map((p, index) => oldestCall(p, world.sides[index]));
  const sides = world.sides.map((side, index) => plainSide(side, lowered[index] ?? 0));
  const operator = stillOf(world);
  const locks = plainLocks(world);
  if (alreadyPlain.has(world.t) && lowered.every(by => by === 0)) return { ...world, sides, locks, operator };
  const participants = world.t.participants.map((p, index) => plain(p, { by: lowered[index] ?? 0, most }));
  const t = { ...timeless(world.t), participants };
  alreadyPlain.add(t);
  return { ...world, t, sides, locks, operator };
}

/** What operators can still do that would apply. */
function stillOf({ t, operator }: World): World['operator'] {
  const abort = t.decision === undefined ? operator.abort : 0;
  const resolve = t.participants.every(p => p.forced !== undefined) ? 0 : operator.resolve;
  return t.stage === 'ended' ? { abort: 0, retryNow: 0, resolve: 0 } : { ...operator, abort, resolve };
}

/** Those that need no change: most of a world is as it was before the step. */
const alreadyPlain = new WeakSet<Transaction | Participant | Side>();

function timeless(t: Transaction): Transaction {
  const { reason, decidedAt, endedAt, locking, recoveries: _recoveries, ...rest } = t;
  const code = reason?.code === 'commitFailure' ? reason.code : 'refused';
  return {
    ...rest,
    actions: [],
    actionCount: 0,
    ...(decidedAt === undefined ? {} : { decidedAt: 0 }),
    ...(endedAt === undefined ? {} : { endedAt: 0 }),
    ...(reason === undefined ? {} : { reason: { code } }),
    ...(locking === undefined ? {} : { locking: timelessLocking(locking) }),
  };
}

function timelessLocking({ held, waitsFor, ...rest }: Locking): Locking {
  const waits = waitsFor === undefined ? {} : { waitsFor: { ...waitsFor, since: 0 } };
  const calls = rest.call === undefined ? 0 : rest.calls; // no call that is open, no number that is compared
  return { ...rest, calls, held: held.map(each => ({ ...each, at: 0 })), ...waits };
}

/** Once all were granted, acquires and signals of theirs that arrive late change nothing any more. */
function plainLocks({ t, locks }: World): World['locks'] {
  const granted = locks.every(each => each.state === 'granted' || each.state === 'over');
  if (t.stage === 'acquiringLocks' || !granted) return locks;
  return locks.map(each => ({ ...each, signal: 'none', stray: false }));
}

/** How far the participant's call numbers can be lowered. */
function oldestCall(p: Participant, side: Side | undefined): number {
  let oldest = p.call?.nth ?? p.calls;
  for (const work of side?.works ?? []) oldest = Math.min(oldest, work.nth);
  return Math.max(0, oldest - 1);
}

/** Facts that no check asks for any more, now that others are known, are as if they had never been. */
function plainSide(side: Side, by: number): Side {
  if (by === 0 && alreadyPlain.has(side)) return side;
  const { facts } = side;
  const { heardYes, rollbackAnswered } = facts;
  const known: Facts = {
    ...facts,
    answered: answeredBy(side),
    rollbackTries: rollbackAnswered ? 0 : facts.rollbackTries,
    rollbackEnded: !heardYes && !rollbackAnswered && facts.rollbackEnded,
    lateSent: facts.lateSent && side.onTheWay.prepare,
    lateAnswered: facts.lateAnswered && side.onTheWay.prepare,
  };
  const works = side.works.map(work => ({
    ...work,
    nth: work.nth - by,
    exposure: asked(work.phase, work.exposure),
  }));
  const result = { ...side, works, facts: known };
  alreadyPlain.add(result);
  return result;
}

/** A request that is on its way need not have been answered too. */
function answeredBy({ facts, onTheWay }: Side): Facts['answered'] {
  const { prepare, commit, rollback } = facts.answered;
  return {
    prepare: prepare || onTheWay.prepare,
    commit: commit || onTheWay.commit,
    rollback: rollback || onTheWay.rollback,
  };
}

/** Of prepares everything is asked; of commits, whether one may have arrived; of rollbacks, whether one went unanswered. */
function asked(phase: Phase, { reached, unanswered, notNo }: Exposure): Exposure {
  if (phase === 'prepare') return { reached, unanswered, notNo };
  return {
    reached: phase === 'commit' && reached,
    unanswered: phase === 'rollback' && unanswered,
    notNo: false,
  };
}

function plain(p: Participant, { by, most }: { by: number; most: number }): Participant {
  if (by === 0 && alreadyPlain.has(p)) return p;
  const { lastFailure: _, uncounted: _shown, call, contradiction, forced, ...rest } = p;
  const result = {
    ...rest,
    calls: p.calls - by,
    attempts: Math.min(p.attempts, most),
    exposure: {
      ...p.exposure,
      commit: asked('commit', p.exposure.commit),
      rollback: asked('rollback', p.exposure.rollback),
    },
    ...(call === undefined ? {} : { call: plainCall(call, { by, most }) }),
    ...(contradiction === undefined ? {} : { contradiction: { ...contradiction, at: 0 } }),
    ...(forced === undefined ? {} : { forced: { ...forced, at: 0 } }),
  };
  alreadyPlain.add(result);
  return result;
}

type Call = NonNullable<Participant['call']>;

/** That there is a failure to hand over counts, not what it was. */
function plainCall(call: Call, { by, most }: { by: number; most: number }): Call {
  const handover = call.handover === undefined ? {} : { handover: { code: '', message: '' } };
  return { ...call, nth: call.nth - by, sentBefore: Math.min(call.sentBefore, most), ...handover };
}

/** One text for a world and for those that differ from it in the order of participants only. */
export function keyOfWorld({ t, sides, ...around }: World): string {
  const blocks = t.participants.map((p, index) => `${numberOfParticipant(p)}.${numberOfSide(sides[index])}`);
  return `${numberOfWhole(t)}/${numberOf(JSON.stringify(around))}:${blocks.sort().join()}`;
}

const numberOfWhole = remembering(
  ({ participants: _p, accepted: _a, id: _id, ...whole }: Transaction) => whole,
);
const numberOfParticipant = remembering(({ target: _target, ...own }: Participant) => own);
const numberOfSide = remembering((side: Side | undefined) => ({ ...side, name: '' }));

/** Things that are the same object need not be looked at again. */
function remembering<T extends object | undefined>(told: (thing: T) => object): (thing: T) => string {
  const known = new WeakMap<object, string>();
  return thing => {
    if (thing === undefined) return '';
    const before = known.get(thing);
    if (before !== undefined) return before;
    const number = numberOf(JSON.stringify(told(thing)));
    known.set(thing, number);
    return number;
  };
}
