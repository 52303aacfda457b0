/** Owns the invariants of PROTOCOL §1 as assertions over every step. They say what must hold, not how it is brought about. */
import { missingLocks } from './locking';
import { isNoted } from './notices';
import { type Participant, type Transaction, isProvisional, isSettled, owesLateRollback } from './state';
import { statusOf } from './outcome';

export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I8' | 'I10' | 'I12';

export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
  constructor(
    readonly invariant: InvariantName,
    what: string,
  ) {
    super(`${invariant} broken: ${what}`);
  }
}

function must(invariant: InvariantName, holds: boolean, what: string): void {
  if (!holds) throw new BrokenInvariant(invariant, what);
}

const mayCommit = (p: Participant): boolean => p.call?.phase === 'commit' || p.exposure.commit.reached;

export function assertInvariants(before: Transaction, after: Transaction): void {
  const all = after.participants;
  const unanimous = all.every(p => p.vote === 'yes');
  must('I1', unanimous || !all.some(mayCommit), 'commit without a yes of everyone');
  must('I1', unanimous || after.decision !== 'commit', 'decided commit without a yes of everyone');
  must('I2', before.decision === undefined || after.decision === before.decision, 'the decision changed');
  must(
    'I2',
    after.decision !== 'commit' || !all.some(p => p.call?.phase === 'rollback'),
    'rollback after commit',
  );
  must(
    'I2',
    after.stage !== 'committing' || isProvisional(after) || after.decision === 'commit',
    'commit not decided',
  );
  must(
    'I3',
    after.stage !== 'ended' || all.every(p => isLeftAlone(after, p)),
    'ended with somebody not settled',
  );
  must('I4', new Set(all.flatMap(p => p.call?.phase ?? [])).size <= 1, 'calls of two phases open at once');
  must('I4', after.stage !== 'ended' || !all.some(p => p.call), 'ended with a call open');
  must(
    'I5',
    statusOf(before) === 'pending' || statusOf(after) === statusOf(before),
    'a reported status changed',
  );
  must(
    'I5',
    !isNoted(after.notices, 'outcome') || statusOf(after) !== 'pending',
    'an outcome is told of that is not reported',
  );
  must(
    'I5',
    !isNoted(after.notices, 'end') || after.stage === 'ended',
    'an end is told of that has not come',
  );
  must(
    'I10',
    (before.notices ?? []).every(({ event }) => isNoted(after.notices, event)),
    'somebody who was to be told is forgotten',
  );
  assertLocks(before, after);
}

function assertLocks(before: Transaction, after: Transaction): void {
  const asked = after.participants.some((p, index) => isAsked(before.participants[index], p));
  must('I12', !asked || missingLocks(after).length === 0, 'somebody is asked before all locks are held');
  const held = new Map(after.locking?.held.map(each => [each.resource, each.fencingToken]));
  const kept = before.locking?.held.every(each => held.get(each.resource) === each.fencingToken) ?? true;
  must('I12', kept, 'a lock that was held is lost, or has another token');
  const { released = false, call } = after.locking ?? {};
  must('I12', !released || after.stage === 'ended', 'locks were given back before the end');
  must('I12', after.stage !== 'ended' || call === undefined, 'ended while locks are being acquired');
}

/** Who counts as asked from the beginning (a first task that was lost) is told of the end without. */
function isAsked(before: Participant | undefined, { call, exposure }: Participant): boolean {
  if (call !== undefined && call.phase !== 'rollback') return true;
  return exposure.prepare.reached && before?.exposure.prepare.reached !== true;
}

function isLeftAlone(t: Transaction, p: Participant): boolean {
  if (t.decision === 'commit') return isSettled(p);
  return !p.exposure.prepare.reached || (isSettled(p) && !owesLateRollback(p));
}
