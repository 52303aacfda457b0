/**
 * Owns what has to be so at the end: nothing prepared, nothing locked, every notification there and true, no event lost.
 *
 * A transaction that Temporal has spoiled cannot go on: it keeps what it holds and whoever is prepared, and tells nobody of its end. A lock
 * that is spoiled can be released by nobody; whoever waits for it has to end all the same.
 */
import { type Evidence, type LockLeft, isFinal, ofKind } from '../evidence';
import { groupBy } from './groupBy';
import { type Known } from './knowledge';
import { type Violation } from './violation';

export function end(evidence: Evidence, known: Known): Violation[] {
  return [
    ...evidence.books.flatMap(({ participant, prepared }) =>
      prepared
        .filter(id => !known.isSpoiled(id))
        .map((id): Violation => ({ rule: 'left prepared', what: `${participant}: ${id}` })),
    ),
    ...evidence.locksLeft
      .filter(left => !isKeptBySpoiled(left, known))
      .map(({ resource }): Violation => ({ rule: 'left locked', what: resource })),
    ...lostNotifications(evidence, known),
    ...untrueNotifications(evidence, known),
    ...lostEvents(evidence),
  ];
}

function isKeptBySpoiled({ resource, by }: LockLeft, { isSpoiled }: Known): boolean {
  return isSpoiled(`lock:${resource}`) || (by.length > 0 && by.every(isSpoiled));
}

function lostNotifications(evidence: Evidence, known: Known): Violation[] {
  const told = new Set(ofKind(evidence, 'notification').map(({ id, type }) => `${id} ${type}`));
  return [...known.orderOf].flatMap(([id, name]) => {
    const isOwed = known.outcome(id) !== undefined && !known.isSpoiled(id);
    const wanted = !isOwed ? [] : (known.orders.get(name)?.notify ?? []);
    return wanted
      .map(on => `${id} transaction.${on}`)
      .filter(one => !told.has(one))
      .map((what): Violation => ({ rule: 'notification lost', what }));
  });
}

function untrueNotifications(evidence: Evidence, { outcome }: Known): Violation[] {
  return ofKind(evidence, 'notification')
    .filter(({ id, seen }) => !isFinal(seen) || (outcome(id) ?? seen.status) !== seen.status)
    .map(({ id, type, seen }) => ({
      rule: 'notification untrue',
      what: `${id}: ${type} says ${seen.status}, and it is ${outcome(id) ?? 'not known'}`,
    }));
}

/** Whoever is told that a transaction has ended has been told how, and at last that it has. */
function lostEvents(evidence: Evidence): Violation[] {
  return [...groupBy(ofKind(evidence, 'event'), ({ stream }) => stream)].flatMap(([stream, events]) => {
    const last = events.at(-1);
    if (last?.event !== 'end') return [];
    const told = events.findLast(({ event }) => event === 'transaction');
    const isTold = told?.seen.status === last.seen.status && told.seen.ended;
    const what = `${last.id}: stream ${stream} ended ${last.seen.status}, and its last event says ${told?.seen.status ?? 'nothing'}`;
    return isTold ? [] : [{ rule: 'event lost', what } as const];
  });
}
