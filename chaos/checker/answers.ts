/**
 * Owns the clients' log: no reported status is ever followed by another, an accepted transaction is there, a key is one transaction, and what
 * was answered "nothing was started" never ran.
 */
import { type Evidence, type Start, isFinal, ofKind } from '../evidence';
import { groupBy } from './groupBy';
import { type Known, type Observation } from './knowledge';
import { type Violation } from './violation';

export function answers(evidence: Evidence, known: Known): Violation[] {
  return [
    ...[...known.observations].flatMap(([id, heard]) => changed(id, heard)),
    ...[...known.observations].flatMap(([id, heard]) => heuristics(id, heard, known)),
    ...gone(evidence),
    ...twice(evidence),
    ...ranAllTheSame(evidence),
    ...pendingAtTheEnd(evidence, known),
  ];
}

/** One that was asked for before another was answered may be older than that. */
function changed(id: string, heard: readonly Observation[]): Violation[] {
  const final = heard.find(({ seen }) => isFinal(seen));
  const decided = heard.find(({ seen }) => seen.decision !== null);
  const other = final && heard.find(each => isFinal(each.seen) && each.seen.status !== final.seen.status);
  const back =
    final &&
    heard.find(each => !isFinal(each.seen) && each.askedAt > final.at && !each.by.startsWith('stream'));
  const otherwise =
    decided && heard.find(({ seen }) => seen.decision !== null && seen.decision !== decided.seen.decision);
  const say = (what: Observation): string => `${what.seen.status} (${what.by}, ${what.at})`;
  return [
    ...(final && other
      ? [{ rule: 'status changed', what: `${id}: ${say(final)}, then ${say(other)}` } as const]
      : []),
    ...(final && back
      ? [{ rule: 'status changed', what: `${id}: ${say(final)}, then ${say(back)}` } as const]
      : []),
    ...(decided && otherwise
      ? [
          {
            rule: 'decision changed',
            what: `${id}: ${decided.seen.decision ?? ''}, then ${otherwise.seen.decision ?? ''}`,
          } as const,
        ]
      : []),
  ];
}

/** Told only of what a person has said by hand: `mixed` of an outcome that was not the decision, `hazard` of one that nobody knows. */
function heuristics(id: string, heard: readonly Observation[], { settled, outcome }: Known): Violation[] {
  const possible = settled(id).map(by => (by.outcome === 'unknown' ? 'hazard' : by.outcome));
  const isMixed = possible.some(each => each !== 'hazard' && each !== outcome(id));
  const wrong = heard.find(
    ({ seen: { heuristic } }) =>
      heuristic !== undefined &&
      !(heuristic === 'mixed' ? isMixed : possible.some(each => each === heuristic)),
  );
  if (wrong === undefined) return [];
  const said = settled(id).map(by => `${by.participant} ${by.outcome}`);
  const why = said.length === 0 ? 'nobody settled anything by hand' : `by hand: ${said.join(', ')}`;
  return [{ rule: 'heuristic', what: `${id}: ${wrong.seen.heuristic ?? ''}, though ${why}` }];
}

function gone(evidence: Evidence): Violation[] {
  const accepted = new Map<string, number>();
  for (const { http, id, at } of ofKind(evidence, 'start'))
    if (http === 201 && id !== undefined) accepted.set(id, Math.min(at, accepted.get(id) ?? Infinity));
  return ofKind(evidence, 'read')
    .filter(
      ({ id, http, askedAt }) => (http === 404 || http === 410) && askedAt > (accepted.get(id) ?? Infinity),
    )
    .map(({ id, http, api }) => ({
      rule: 'accepted and gone',
      what: `${id}: ${api} answered ${http ?? ''}`,
    }));
}

function twice(evidence: Evidence): Violation[] {
  const ids = new Map<string, Set<string>>();
  const keyed = new Set(
    ofKind(evidence, 'order').flatMap(({ key, order }) => (key === undefined ? [] : [order])),
  );
  const note = (order: string, id: string): void =>
    void ids.set(order, (ids.get(order) ?? new Set()).add(id));
  for (const { http, id, order } of ofKind(evidence, 'start'))
    if (http === 201 && id !== undefined) note(order, id);
  for (const { order, id } of ofKind(evidence, 'call')) note(order, id);
  return [...ids]
    .filter(([order, of]) => keyed.has(order) && of.size > 1)
    .map(([order, of]) => ({ rule: 'one key, two transactions', what: `${order}: ${[...of].join(', ')}` }));
}

const nothingStarted = ['overloaded', 'engine-unavailable'];
const startedNothing = ({ http, problem = '' }: Start): boolean =>
  http !== undefined && (http < 500 ? http >= 400 : nothingStarted.includes(problem));

function ranAllTheSame(evidence: Evidence): Violation[] {
  const starts = groupBy(ofKind(evidence, 'start'), ({ order }) => order);
  const ran = new Set([
    ...ofKind(evidence, 'call').map(({ order }) => order),
    ...evidence.books.flatMap(({ rows }) => rows.map(({ order }) => order)),
  ]);
  return [...starts]
    .filter(([order, all]) => ran.has(order) && all.every(startedNothing))
    .map(([order, all]) => ({
      rule: 'ran though nothing was started',
      what: `${order}: answered ${all.map(({ http = 0, problem = '' }) => `${http} ${problem}`).join(', ')}`,
    }));
}

function pendingAtTheEnd(evidence: Evidence, { observations, isSpoiled }: Known): Violation[] {
  const accepted = ofKind(evidence, 'start').flatMap(({ http, id }) =>
    http === 201 && id !== undefined ? [id] : [],
  );
  return [...new Set([...accepted, ...observations.keys()])]
    .filter(id => observations.get(id)?.some(({ seen }) => seen.ended) !== true && !isSpoiled(id))
    .map(id => ({
      rule: 'left pending',
      what: `${id}: ${observations.get(id)?.at(-1)?.seen.state ?? 'never read'}`,
    }));
}
