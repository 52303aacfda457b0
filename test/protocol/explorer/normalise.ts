/**
 * Owns when two worlds count as one. What is left out is what nothing ever reads again for a decision:
 * instants, texts for people, what is only shown (`uncounted`), the lists of operators' actions and of recoveries, why it rolls back (but for a commit that was given up); and who
 * is who among participants of one kind.
 *
 * Call numbers count from the oldest call of the participant that is still known: the core and the driver compare them for
 * equality only. Requests count up to the configured attempts: they are compared with that only. Everything else is kept
 * whatever it is, so that a field that the core gains tells states apart until somebody says here that it need not.
 */
import { oneOfEach } from '../exploring/oneOfEach';
import { type Exposure } from '../../../src/protocol/wire/answers';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type Locking, type Participant, type Transaction } from '../../../src/protocol/transaction/state';
import { type Facts, type Scenario, type Side, type World } from './world';

export interface Plain {
  /** The world without what counts for nothing; what is alike in two such worlds is one object. */
  readonly normalise: (world: World) => World;
  /** One text for such a world and for those that differ from it in the order of participants only. */
  readonly keyOf: (world: World) => string;
}

/** For one exploration. */
export function plainFor(scenario: Scenario): Plain {
  const most = Math.max(scenario.completionAttempts, scenario.prepareAttempts);
  const sidesKnown = oneOfEach<Side>({ told: side => ({ ...side, name: '' }), whose: side => side.name });
  const people = oneOfEach<Participant>({
    told: ({ target: _target, ...own }) => own,
    whose: p => p.target.name,
  });
  const wholes = oneOfEach<Transaction>({
    told: ({ participants: _p, accepted: _a, id: _id, ...whole }) => whole,
    whose: t => t.participants.map(people.idOf).join(),
  });
  const others = oneOfEach();
  const sideOf = (side: Side, by: number): Side =>
    by === 0 && sidesKnown.isOne(side) ? side : sidesKnown.one(plainSide(side, by));
  const normalise = (world: World): World => {
    const lowered = world.t.participants.map((p, index) => oldestCall(p, world.sides[index]));
    const sides = world.sides.map((side, index) => sideOf(side, lowered[index] ?? 0));
    const operator = stillOf(world);
    const locks = others.one(plainLocks(world)) as World['locks'];
    const lockWorks = others.one(world.lockWorks) as World['lockWorks'];
    const around = { ...world, sides, locks, lockWorks, operator };
    if (wholes.isOne(world.t) && lowered.every(by => by === 0)) return around;
    const participants = world.t.participants.map((p, index) => {
      const by = lowered[index] ?? 0;
      return by === 0 && people.isOne(p) ? p : people.one(plain(p, { by, most }));
    });
    return { ...around, t: wholes.one({ ...timeless(world.t), participants }) };
  };
  const keyOf = ({ t, sides, ...around }: World): string => {
    const blocks = t.participants.map((p, index) => {
      const side = sides[index];
      return `${String(people.numberOf(p))}.${side === undefined ? '' : String(sidesKnown.numberOf(side))}`;
    });
    let key = String(wholes.numberOf(t));
    for (const value of Object.values(around) as (object | number | boolean)[])
      key += `,${String(typeof value === 'object' ? others.numberOf(value) : value)}`;
    return `${key}:${blocks.sort().join()}`;
  };
  return { normalise, keyOf };
}

/** What operators can still do that would apply. */
function stillOf({ t, operator }: World): World['operator'] {
  if (t.stage === 'ended') return nobody;
  const abort = t.decision === undefined ? operator.abort : 0;
  const resolve = t.participants.every(p => p.forced !== undefined) ? 0 : operator.resolve;
  const isSame = abort === operator.abort && resolve === operator.resolve;
  return isSame ? operator : { ...operator, abort, resolve };
}

const nobody: World['operator'] = { abort: 0, retryNow: 0, resolve: 0 };

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
  return { ...side, works, facts: known };
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
  const { lastFailure: _, uncounted: _shown, call, contradiction, forced, ...rest } = p;
  return {
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
}

type Call = NonNullable<Participant['call']>;

/** That there is a failure to hand over counts, not what it was. */
function plainCall(call: Call, { by, most }: { by: number; most: number }): Call {
  const handover = call.handover === undefined ? {} : { handover: { code: '', message: '' } };
  return { ...call, nth: call.nth - by, sentBefore: Math.min(call.sentBefore, most), ...handover };
}
