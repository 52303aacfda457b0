/**
 * Owns what a sweep may do about what it saw. Pure.
 *
 * O1: a participant's entry is acted on only where an earlier sweep saw it with the same decision, at least `safetyMs` ago.
 * O2: no more than `maxActions` in one sweep. What was tried in vain before comes last, so that it keeps nobody waiting.
 * O3: an id that the record does not know is never acted on; nor is what `scan` does not call decided or interrupted.
 */
import { type Ms } from '../wire/phases';
import { type Finding, type Interrupted, type Prepared, type SweepInput, type Unknown } from './report';
import { type InterruptedRun, type Memory, type Scan, type Survey } from './steps';

export interface Plan {
  /** To be taken up again. */
  readonly recover: readonly Interrupted[];
  /** To be sent its decision. */
  readonly settle: readonly Prepared[];
  /** What is left as it is, with why. */
  readonly left: readonly (Interrupted | Prepared)[];
  readonly unknown: readonly Unknown[];
}

export interface Seen {
  readonly input: SweepInput;
  /** As they are shown, without their queries. */
  readonly lists: readonly string[];
  readonly now: Ms;
  readonly survey: Survey;
  readonly scans: readonly Scan[];
}

/** A transaction is not taken up in the moment in which somebody ends it: whoever did so may be about to do more. */
export const settlingMs: Ms = 3000;

export function planOf(seen: Seen): Plan {
  const earlier = remembered(seen.survey.memory);
  const interrupted = everyInterrupted(seen).map(each => interruptedFinding(each, seen));
  const entries = seen.scans.flatMap((scan, list) => scan.decided.map(each => ({ ...each, list })));
  const prepared = entries.map(each => preparedFinding(each, seen, earlier));
  const due = [...triedLast(interrupted, earlier, seen), ...triedLast(prepared, earlier, seen)].filter(
    ({ left }) => left === 'capped',
  );
  const within = new Set<Finding>(seen.input.dryRun ? [] : due.slice(0, seen.input.maxActions));
  return {
    recover: interrupted.filter(each => within.has(each)),
    settle: prepared.filter(each => within.has(each)),
    left: [...interrupted, ...prepared].filter(each => !within.has(each)).map(each => wouldBe(each, seen)),
    unknown: seen.scans.flatMap((scan, list) =>
      scan.unknown.map(each => unknownFinding({ ...each, list }, seen, earlier)),
    ),
  };
}

/** By visibility, and by an entry of a participant's list: the latter may know sooner. */
function everyInterrupted({ survey, scans }: Seen): readonly InterruptedRun[] {
  const all = [...survey.interrupted, ...scans.flatMap(scan => scan.interrupted)];
  return [...new Map(all.map(each => [each.transactionId, each])).values()];
}

/** `capped` until the plan has room for it. */
function interruptedFinding({ transactionId, endedAt }: InterruptedRun, { now }: Seen): Interrupted {
  const left = now - endedAt >= settlingMs ? 'capped' : 'waits';
  return { kind: 'interrupted', transactionId, since: endedAt, left };
}

function preparedFinding(
  entry: Omit<Prepared, 'kind' | 'since' | 'left'>,
  seen: Seen,
  earlier: Earlier,
): Prepared {
  const finding: Prepared = { kind: 'prepared', ...entry, since: seen.now, left: 'waits' };
  const first = earlier.get(keyOf(finding, seen.lists));
  if (first === undefined) return finding;
  const left = seen.now - first.since >= seen.input.safetyMs ? 'capped' : 'waits';
  return { ...finding, since: first.since, left };
}

function unknownFinding(
  entry: Omit<Unknown, 'kind' | 'since'>,
  { now, lists }: Seen,
  earlier: Earlier,
): Unknown {
  const finding: Unknown = { kind: 'unknown', ...entry, since: now };
  return { ...finding, since: earlier.get(keyOf(finding, lists))?.since ?? now };
}

function wouldBe<F extends Interrupted | Prepared>(finding: F, { input }: Seen): F {
  return input.dryRun && finding.left === 'capped' ? { ...finding, left: 'dryRun' } : finding;
}

function triedLast<F extends Interrupted | Prepared>(
  findings: readonly F[],
  earlier: Earlier,
  { lists }: Seen,
): readonly F[] {
  const inVain = (finding: F): boolean => {
    const before = earlier.get(keyOf(finding, lists));
    return before !== undefined && 'left' in before && !untried.has(before.left);
  };
  return [...findings.filter(each => !inVain(each)), ...findings.filter(inVain)];
}

const untried = new Set<string>(['waits', 'capped', 'dryRun']);

type Earlier = ReadonlyMap<string, Finding>;

/** What an earlier sweep knew, by what makes two findings the same. */
export function remembered(memory: Memory | undefined): Earlier {
  const { findings = [], lists = [] } = memory ?? {};
  return new Map(findings.map(each => [keyOf(each, lists), each]));
}

export function keyOf(finding: Finding, lists: readonly string[]): string {
  const where = 'list' in finding ? lists[finding.list] : undefined;
  const { kind, transactionId, participant, decision } = { ...blank, ...finding };
  return [kind, where, transactionId, participant, decision].join(' ');
}

const blank = { transactionId: undefined, participant: undefined, decision: undefined };
