/**
 * Owns putting a sweep's report together. It is bounded, however much there is to find: `counts` tells of what it has no
 * room for. What is left out is not remembered, so it is not acted on either (O1) until there is room.
 */
import { type Plan, type Seen, keyOf, remembered } from './plan';
import {
  type Action,
  type Counts,
  type Finding,
  type Interrupted,
  type Prepared,
  type SweepReport,
  type Unreachable,
} from './report';
import { type Settled } from './steps';

/** Of one kind. A finding is some 250 bytes, and Temporal stores 2 MiB at most. */
export const mostFindings = 1000;
const mostOfOthers = 200;

export interface Outcome {
  readonly finding: Interrupted | Prepared;
  readonly settled: Settled;
}

export function reportOf(seen: Seen, plan: Plan, outcomes: readonly Outcome[]): SweepReport {
  const { input, lists, now, survey, scans } = seen;
  const actions = outcomes.flatMap(outcome => actionOf(outcome));
  const failed = outcomes.flatMap(outcome => leftOf(outcome));
  const unreachable = unreachableOf(seen);
  const carried = carriedOver(seen, plan);
  const open = [...failed, ...plan.left];
  const interrupted = open.filter(each => each.kind === 'interrupted');
  const prepared = [...open, ...carried].filter(each => each.kind === 'prepared');
  const unknown = [...plan.unknown, ...carried.filter(each => each.kind === 'unknown')];
  const settledNow = outcomes.length - failed.length;
  const beyond = count(scans, 'prepared') - scans.reduce((sum, { decided }) => sum + decided.length, 0);
  return {
    version: 1,
    sweptAt: now,
    ...{ dryRun: input.dryRun, safetyMs: input.safetyMs, maxActions: input.maxActions },
    lists,
    findings: [
      ...unreachable,
      ...interrupted.slice(0, mostOfOthers),
      ...prepared.slice(0, mostFindings),
      ...unknown.slice(0, mostFindings),
      ...survey.stuck.slice(0, mostOfOthers),
      ...(survey.undelivered ?? []).slice(0, mostOfOthers),
    ],
    actions,
    counts: {
      interrupted: Math.max(interrupted.length, survey.interruptedCount - settledNow),
      prepared: prepared.length + beyond,
      unknown: Math.max(unknown.length, count(scans, 'unknown')),
      stuck: survey.stuckCount,
      unreachable: unreachable.length,
      undelivered: survey.undeliveredCount ?? 0,
      entries: count(scans, 'entries'),
      foreign: count(scans, 'foreign'),
      running: count(scans, 'running'),
      actions: actions.length,
    },
  };
}

function count(scans: Seen['scans'], what: keyof Seen['scans'][number]['counts']): number {
  return scans.reduce((sum, { counts }) => sum + counts[what], 0);
}

function actionOf({ finding, settled }: Outcome): Action[] {
  if (settled.is !== 'done' && settled.is !== 'failed') return [];
  const { transactionId, since } = finding;
  const about =
    finding.kind === 'interrupted'
      ? ({ action: 'recover', transactionId } as const)
      : {
          action: finding.decision,
          transactionId,
          participant: finding.participant,
          list: finding.list,
        };
  const detail = settled.is === 'failed' ? { detail: settled.detail } : {};
  return [{ ...about, since, at: settled.at, done: settled.is === 'done', ...detail }];
}

function leftOf({ finding, settled }: Outcome): (Interrupted | Prepared)[] {
  if (settled.is === 'done' || settled.is === 'gone') return [];
  const left = settled.is === 'unread' ? 'failed' : settled.is;
  return [{ ...finding, left, ...('detail' in settled ? { detail: settled.detail } : {}) }];
}

function unreachableOf({ survey, scans, lists, now }: Seen): Unreachable[] {
  const earlier = remembered(survey.memory);
  return scans.flatMap(({ trouble }, list) => {
    if (trouble === undefined) return [];
    const finding: Unreachable = { kind: 'unreachable', list, since: now, detail: trouble };
    return [{ ...finding, since: earlier.get(keyOf(finding, lists))?.since ?? now }];
  });
}

/** That a list does not answer is no reason to forget what it held: it has not been seen without it. */
function carriedOver({ survey, scans, lists }: Seen, plan: Plan): Finding[] {
  const now = new Set(
    [...plan.left, ...plan.settle, ...plan.unknown].map((each: Finding) => keyOf(each, lists)),
  );
  return (survey.memory?.findings ?? []).flatMap((each): Finding[] => {
    if (each.kind !== 'prepared' && each.kind !== 'unknown') return [];
    const where = survey.memory?.lists[each.list];
    const list = lists.findIndex((shown, index) => shown === where && scans[index]?.trouble !== undefined);
    const moved = { ...each, list };
    if (list === -1 || now.has(keyOf(moved, lists))) return [];
    return [moved.kind === 'prepared' ? { ...moved, left: 'waits' } : moved];
  });
}

/** Named of one kind in a line of log; the report has the rest. */
const mostNamed = 5;

export interface Grown {
  /** How many of each kind that there are more of than before. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of these kinds what was found last: lists, and transactions with who holds them prepared. */
  readonly newest: Readonly<Record<string, readonly string[]>>;
}

/** Of which kinds of finding there are more than before: worth a line of log, once. Undefined where of none. */
export function grown(
  before: Counts | undefined,
  { counts, findings, lists }: SweepReport,
): Grown | undefined {
  const kinds = ['interrupted', 'prepared', 'unknown', 'stuck', 'unreachable', 'undelivered'] as const;
  const more = kinds.filter(kind => (counts[kind] ?? 0) > (before?.[kind] ?? 0));
  if (more.length === 0) return undefined;
  return {
    counts: Object.fromEntries(more.map(kind => [kind, counts[kind] ?? 0])),
    newest: Object.fromEntries(
      more.map(kind => [
        kind,
        named(
          findings.filter(each => each.kind === kind),
          lists,
        ),
      ]),
    ),
  };
}

function named(findings: readonly Finding[], lists: readonly string[]): string[] {
  const newest = [...findings].sort((a, b) => b.since - a.since).slice(0, mostNamed);
  return newest.map(each => {
    if (each.kind === 'unreachable') return lists[each.list] ?? '';
    return 'participant' in each ? `${each.transactionId} ${each.participant}` : each.transactionId;
  });
}
