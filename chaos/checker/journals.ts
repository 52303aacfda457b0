/**
 * Owns what the participants wrote down: nobody is told to commit before all have said yes, nobody to roll back after a commit or the reverse,
 * and nobody says yes who has been rolled back.
 */
import { type Call, type Evidence, ofKind } from '../evidence';
import { groupBy } from './groupBy';
import { type Known } from './knowledge';
import { type Violation } from './violation';

export function journals(evidence: Evidence, known: Known): Violation[] {
  const calls = ofKind(evidence, 'call');
  const writers = new Set(calls.map(({ participant }) => participant));
  return [...groupBy(calls, ({ id }) => id)].flatMap(([id, of]) => {
    const shares = known.orders.get(known.orderOf.get(id) ?? '')?.shares ?? [];
    const voters = shares.map(({ participant }) => participant).filter(each => writers.has(each));
    return [...votes(id, of, voters), ...opposite(id, of), ...votesAfterRollback(id, of)];
  });
}

const isYes = ({ is, phase, http }: Call): boolean =>
  is === 'answered' && phase === 'prepare' && http === 200;
const isOrder =
  (phase: Call['phase']) =>
  (call: Call): boolean =>
    call.is === 'received' && call.phase === phase;

function votes(id: string, calls: readonly Call[], voters: readonly string[]): Violation[] {
  const committed = first(calls.filter(isOrder('commit')));
  if (committed === undefined) return [];
  const missing = voters.filter(
    voter => !calls.some(call => call.participant === voter && isYes(call) && call.at <= committed.at),
  );
  return missing.map(voter => ({
    rule: 'commit without all votes',
    what: `${id}: ${committed.participant} was told to commit, and ${voter} had not said yes`,
  }));
}

/** A rollback decides for all participants, as a commit does. */
function opposite(id: string, calls: readonly Call[]): Violation[] {
  const commit = first(calls.filter(isOrder('commit')));
  const rollback = first(calls.filter(isOrder('rollback')));
  if (commit === undefined || rollback === undefined) return [];
  const rule = commit.at <= rollback.at ? 'rollback after commit' : 'commit after rollback';
  return [{ rule, what: `${id}: commit at ${commit.participant}, rollback at ${rollback.participant}` }];
}

function votesAfterRollback(id: string, calls: readonly Call[]): Violation[] {
  return [...groupBy(calls, ({ participant }) => participant)].flatMap(([participant, of]) => {
    const done = first(
      of.filter(call => call.is === 'answered' && call.phase === 'rollback' && call.http === 200),
    );
    if (done === undefined) return [];
    const late = of.find(
      call =>
        isYes(call) && of.some(each => each.nth === call.nth && each.is === 'received' && each.at > done.at),
    );
    return late === undefined
      ? []
      : [{ rule: 'vote after rollback', what: `${id}: ${participant} said yes after it had rolled back` }];
  });
}

function first(calls: readonly Call[]): Call | undefined {
  return calls.reduce<Call | undefined>(
    (one, each) => (one === undefined || each.at < one.at ? each : one),
    undefined,
  );
}
