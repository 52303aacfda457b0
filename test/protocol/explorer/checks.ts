/**
 * Owns what must hold in every state, judged from outside: by what was sent, what services did and what was reported, never by
 * what the core thinks of it. Names are those of PROTOCOL §1; `attempts`: nobody is given up, and no attention raised, before so many
 * requests were tried as are configured (PROTOCOL §2); `outcome` is the promise as a whole: nobody ends otherwise than the
 * others unless `heuristic` says so, and nobody is left in doubt after the end.
 */
import { type Participant } from '../../../src/protocol/transaction/state';
import type * as exploring from '../exploring/finding';
import { unless } from '../exploring/finding';
import { keyOf } from './driver';
import { lockViolations } from './lockChecks';
import { type Setting, type Side, type Work, type World } from './world';

export type PromiseName =
  'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I7' | 'I8' | 'I12' | 'attempts' | 'outcome' | 'inDoubt' | 'liveness';

export type Violation = exploring.Violation<PromiseName>;

interface One {
  readonly name: string;
  readonly p: Participant;
  readonly side: Side;
}

export function violations(before: World | undefined, after: World, setting: Setting): Violation[] {
  const all = everyone(after);
  const broken = [
    ...votes(all),
    ...attempts(all, setting),
    ...settled(before, after, { all, setting }),
    ...reports(before, after, { all, setting }),
    ...lockViolations(before, after, setting),
  ];
  return before === undefined ? broken : [...broken, ...sendings(before, after), ...decisions(before, after)];
}

function everyone(world: World): One[] {
  return world.sides.flatMap((side, index) => {
    const p = world.t.participants[index];
    return p === undefined ? [] : [{ name: side.name, p, side }];
  });
}

function votes(all: readonly One[]): Violation[] {
  return all.flatMap(({ name, p, side }) =>
    unless(p.vote !== 'yes' || side.facts.heardYes, 'I8', `${name} counts as a yes that nobody heard`),
  );
}

/** Followed where requests may be busy, which takes none of the attempts. */
function attempts(all: readonly One[], { scenario }: Setting): Violation[] {
  if (scenario.busy !== true) return [];
  const { prepareAttempts, completionAttempts } = scenario;
  return all.flatMap(({ name, p, side }) => {
    const { prepare, commit, rollback } = side.facts.tried;
    const ended = Math.max(commit, rollback) >= completionAttempts;
    return [
      ...unless(
        p.gaveUp !== 'unavailable' || prepare >= prepareAttempts || ended,
        'attempts',
        `${name} is given up after fewer requests than configured`,
      ),
      ...unless(
        !p.attention || ended,
        'attempts',
        `${name} needs attention after fewer requests than configured`,
      ),
    ];
  });
}

/** What is sent in this step, and what else is under way when it is. */
function sendings(before: World, after: World): Violation[] {
  return after.sides.flatMap((side, index) => {
    const known = new Set(before.sides[index]?.works.map(work => keyOf(work, side)));
    const begun = side.works.filter(work => !known.has(keyOf(work, side)));
    return begun.flatMap(work => sending(after, { work, index }));
  });
}

function sending(world: World, { work, index }: { work: Work; index: number }): Violation[] {
  const { decision, accepted } = world.t;
  const name = world.sides[index]?.name ?? '';
  const others = world.sides.flatMap(side => side.works.filter(each => each.phase !== work.phase));
  const own = world.sides[index]?.works.length ?? 0;
  const sides = world.sides.filter(side => side.facts.heardYes).length;
  const facts = world.sides[index]?.facts;
  const open = unless(
    others.length === 0 && own <= 1,
    'I4',
    `${work.phase} leaves for ${name} while another request is open`,
  );
  if (work.phase === 'commit') {
    return [
      ...open,
      ...unless(!world.firstTask, 'I1', `commit leaves for ${name} before a vote is durable`),
      ...unless(sides === world.sides.length, 'I1', `commit leaves for ${name} before everyone said yes`),
      ...unless(
        decision !== undefined || accepted.onCommitFailure === 'rollback',
        'I1',
        `commit leaves for ${name}, undecided`,
      ),
      ...unless(decision !== 'rollback', 'I2', `commit leaves for ${name} after rollback was decided`),
    ];
  }
  if (work.phase === 'prepare') return open;
  return [
    ...open,
    ...unless(decision === 'rollback', 'I2', `rollback leaves for ${name}, and it was not decided`),
    ...unless(
      facts?.commitAcknowledged !== true,
      'I2',
      `rollback leaves for ${name}, which acknowledged commit`,
    ),
    ...unless(
      accepted.onCommitFailure === 'rollback' || !world.sides.some(maySeeCommit),
      'I2',
      `rollback after commit`,
    ),
  ];
}

const maySeeCommit = (side: Side): boolean => side.onTheWay.commit || side.facts.answered.commit;
const mayHavePrepare = (side: Side): boolean => side.onTheWay.prepare || side.facts.answered.prepare;

function decisions(before: World, after: World): Violation[] {
  const { decision } = after.t;
  const kept = before.t.decision === undefined || before.t.decision === decision;
  const gaveUp =
    before.t.stage === 'committing' && before.t.decision === undefined && decision === 'rollback';
  return [
    ...unless(kept, 'I2', `the decision was ${String(before.t.decision)} and is ${String(decision)}`),
    ...unless(
      !gaveUp || after.commitSpent,
      'I2',
      'a provisional commit is given up though no attempts ran out',
    ),
    ...unless(before.t.stage !== 'ended' || after.t.stage === 'ended', 'I5', 'what has ended goes on'),
  ];
}

function reports(
  before: World | undefined,
  after: World,
  { all, setting }: { all: One[]; setting: Setting },
): Violation[] {
  const { statusOf } = setting.core.outcome;
  const status = statusOf(after.t);
  const was = before === undefined ? 'pending' : statusOf(before.t);
  const most = setting.scenario.completionAttempts;
  const waitsForCommit = all.filter(
    ({ p, side }) => !side.facts.commitAcknowledged && p.forced === undefined,
  );
  const alone = (p: Participant) => statusOf({ ...after.t, participants: [p] });
  const waitsForRollback = all.filter(one => alone(one.p) === 'rolledback' && holdsReportBack(one, most));
  return [
    ...unless(was === 'pending' || was === status, 'I5', `${was} was reported, and then ${status}`),
    ...unless(status !== 'committed' || waitsForCommit.length === 0, 'I5', 'committed is reported too early'),
    ...unless(
      waitsForRollback.length === 0,
      'I5',
      `rolledback is reported too early: ${names(waitsForRollback)}`,
    ),
    ...unless(
      status !== 'rolledback' || after.t.decision === 'rollback',
      'I5',
      'rolledback is reported, undecided',
    ),
    ...unless(after.t.stage !== 'ended' || status !== 'pending', 'I5', 'the end is not reported'),
  ];
}

function holdsReportBack({ p, side }: One, most: number): boolean {
  const { facts } = side;
  if (!mayHavePrepare(side) || p.forced !== undefined || facts.rollbackAnswered || facts.commitAcknowledged)
    return false;
  return facts.rollbackTries < most && (facts.heardYes || !facts.rollbackEnded);
}

/** After the end; what was sent counts at the end itself, and is left out of the world then. */
function settled(
  before: World | undefined,
  world: World,
  { all, setting }: { all: One[]; setting: Setting },
): Violation[] {
  if (world.t.stage !== 'ended') return [];
  const { decision } = world.t;
  const asked = all.filter(({ p }) => p.forced === undefined);
  const doubt = asked.filter(({ side }) => side.service === 'prepared' || side.service === 'preparing');
  const told = unless(
    isTold(world, all, setting),
    'outcome',
    'participants ended differently, and heuristic does not say so',
  );
  const left = unless(doubt.length === 0, 'inDoubt', `${names(doubt)} left in doubt after the end`);
  if (before !== world && before?.t.stage === 'ended') return [...left, ...told];
  return [
    ...left,
    ...told,
    ...unless(decision !== undefined, 'I2', 'ended without a decision'),
    ...(decision === 'commit' ? committedByAll(asked) : rolledBackByAll(asked)),
    ...(decision === 'rollback' ? quietened(all) : []),
  ];
}

const names = (some: readonly One[]): string => some.map(({ name }) => name).join(' and ');

function committedByAll(asked: readonly One[]): Violation[] {
  const missing = asked.filter(({ side }) => side.service !== 'committed');
  return unless(missing.length === 0, 'I5', `ended committed without ${names(missing)}`);
}

/** I3: sent until acknowledged. */
function rolledBackByAll(asked: readonly One[]): Violation[] {
  const missing = asked.filter(
    ({ side }) => mayHavePrepare(side) && !side.facts.rollbackAnswered && !side.facts.commitAcknowledged,
  );
  return unless(missing.length === 0, 'I3', `ended, and ${names(missing)} has not acknowledged rollback`);
}

/** I4: whoever may still get a prepare was sent rollback once more after `quietAt`; of a forced one a request is enough. */
function quietened(all: readonly One[]): Violation[] {
  const missing = all.filter(({ p, side }) => {
    const { facts } = side;
    if (!side.onTheWay.prepare || side.service === 'committed') return false;
    return p.forced === undefined ? !facts.lateAnswered : !facts.lateSent && !facts.forcedLate;
  });
  return unless(missing.length === 0, 'I4', `ended without the late rollback of ${names(missing)}`);
}

function isTold(world: World, all: readonly One[], setting: Setting): boolean {
  const { decision } = world.t;
  const told = setting.core.outcome.heuristicOf(world.t);
  const against = decision === 'commit' ? 'rolledback' : 'committed';
  if (all.some(({ p }) => p.forced?.outcome === against)) return told === 'mixed';
  const free = all.filter(({ p }) => p.forced === undefined);
  if (decision === 'rollback' && free.some(({ side }) => side.service === 'committed'))
    return told === 'mixed';
  const open = all.some(({ p }) => p.forced?.outcome === 'unknown');
  const mayDiffer = open || (decision === 'rollback' && all.some(({ side }) => side.service === 'committed'));
  return !mayDiffer || told !== undefined;
}
