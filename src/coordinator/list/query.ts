/**
 * Owns the queries of visibility behind lists and counts.
 *
 * Search attributes are set at a transaction's first trouble and at its end (PROTOCOL §4), so they do not tell all: of one that runs well
 * the memo has the participants; the run that was ended from outside may have been followed by another; when it was created, the start of
 * its run tells to within moments. So `page` finds all that may match, and each is looked at (`matches.ts`). For counts these are split:
 * `sure` is what the query alone tells, `unsure` is what has to be looked at; no run is in both, and none of `page` in neither.
 *
 * Nothing of a request stands in a query but what every database reads alike: `literal` throws on anything else.
 */
import { type Engine } from '../../engine/engine';
import {
  moreHosts,
  needsAttentionKey,
  participantHostsKey,
  startedByKey,
  transactionLabelsKey,
  transactionStateKey,
  transactionStatusKey,
} from '../../engine/facts/searchAttributes';
import { quoted, visibly } from '../../engine/facts/status';
import { labelTerm, takenUpTerm } from '../../engine/startAttributes';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { transactionWorkflow } from '../../../workflows/transaction/messages';
import { EngineInTrouble } from '../errors';
import { type Filters, type Which } from './contract';

type Way = Pick<Engine, 'tag' | 'attributes'>;

const state = transactionStateKey.name;
const status = transactionStatusKey.name;
const attention = needsAttentionKey.name;
const hosts = participantHostsKey.name;
const labels = transactionLabelsKey.name;

/** A start may be tried for nine seconds after `createdAt`; the rest is for clocks that differ. */
const startsWithinMs: Ms = 15_000;

const ends = "'committed','rolledback'";
/** Nothing was set yet. */
const unnoted = `${state} IS NULL`;
/** Also by another program's worker. */
const interrupted = `(CloseTime IS NOT NULL AND (ExecutionStatus != 'Completed' OR ${unnoted} OR ${state} NOT IN (${ends})))`;
const notInterrupted = `(CloseTime IS NULL OR (ExecutionStatus = 'Completed' AND ${state} IN (${ends})))`;
const never = `${state} = 'none'`;

/** A condition on what was not interrupted: it holds where one of both does, never both do, and `looked` is to be looked at. */
interface Clause {
  readonly sure: string;
  readonly looked?: string;
}

export function pageQuery(way: Way, which: Which): string {
  const own = ofTransaction(way, which.filters);
  const always = ofAll(way, which);
  if (own.length === 0) return all(...always);
  const isAsWanted = all(notInterrupted, ...own.map(either));
  return all(...always, mayBeInterrupted(which.filters) ? any(interrupted, isAsWanted) : isAsWanted);
}

export function countQueries(way: Way, which: Which): { readonly sure: string; readonly unsure: string } {
  const own = [...ofTransaction(way, which.filters), ...ofTime(way, which.filters)];
  const always = ofAll(way, which);
  const looked = own.flatMap(clause => clause.looked ?? []);
  const toLook = looked.length === 0 ? [] : [all(notInterrupted, ...own.map(either), any(...looked))];
  const unsure = [...(mayBeInterrupted(which.filters) ? [interrupted] : []), ...toLook];
  return {
    sure: all(...always, notInterrupted, ...own.map(({ sure }) => sure)),
    unsure: all(...always, unsure.length === 0 ? never : any(...unsure)),
  };
}

/** Runs of these ids, whatever became of them. */
export function runsQuery(ids: readonly string[]): string {
  return all(`WorkflowType = '${transactionWorkflow}'`, isIn('WorkflowId', ids));
}

/** What runs of it say however they ended. */
function ofAll(way: Way, which: Which): readonly string[] {
  demandAttributes(way, which);
  const { filters, of } = which;
  const { participant, since, until } = filters;
  return [
    `WorkflowType = '${transactionWorkflow}'`,
    any(`WorkflowId STARTS_WITH '${way.tag}t0'`, `WorkflowId STARTS_WITH '${way.tag}k'`),
    ...(of === undefined ? [] : [`${startedByKey.name} = ${literal(of.name)}`]),
    ...Object.entries(filters.labels ?? {}).map(
      ([key, value]) => `${labels} = ${literal(labelTerm(key, value))}`,
    ),
    ...(participant === undefined ? [] : [either(ofHost(participant))]),
    ...(since === undefined ? [] : [`StartTime >= ${at(since - startsWithinMs)}`]),
    ...(until === undefined ? [] : [any(`StartTime <= ${at(until + startsWithinMs)}`, ...takenUp(way))]),
  ];
}

function ofTransaction(way: Way, filters: Filters): Clause[] {
  const { state: inState, status: outcome, needsAttention, participant } = filters;
  return [
    ...(inState === undefined ? [] : [ofState(inState)]),
    ...(outcome === undefined ? [] : [ofStatus(way, outcome)]),
    ...(needsAttention === undefined ? [] : [{ sure: needsAttention ? inTrouble : notInTrouble }]),
    ...(participant === undefined ? [] : [ofHost(participant)]),
  ];
}

const inTrouble = any(`${attention} = true`, all('CloseTime IS NULL', visibly.openButNotRunning));
const notInTrouble = all(
  any(`${attention} = false`, `${attention} IS NULL`),
  any(`ExecutionStatus = 'Running'`, 'CloseTime IS NOT NULL'),
);

/** Nothing was set yet, or not all its hosts fitted: its memo has all participants. */
function ofHost(host: string): Clause {
  const listed = `${hosts} = ${literal(host)}`;
  const cut = all(`${hosts} = ${quoted(moreHosts)}`, `${hosts} != ${literal(host)}`);
  return { sure: listed, looked: any(unnoted, cut) };
}

/** Which of the two early ones a transaction is in of which nothing was set, its memo tells. */
function ofState(wanted: NonNullable<Filters['state']>): Clause {
  if (wanted === 'interrupted') return { sure: never };
  const sure = `${state} = '${wanted}'`;
  return wanted === 'preparing' || wanted === 'acquiringLocks' ? { sure, looked: unnoted } : { sure };
}

/** What runs and sets no status: an older version accepted it, or the namespace has no such attribute. Its memo tells. */
function ofStatus({ attributes }: Way, wanted: NonNullable<Filters['status']>): Clause {
  const hasStatus = attributes.has(status);
  const sure = any(
    ...(hasStatus ? [`${status} = '${wanted}'`] : []),
    wanted === 'pending' ? unnoted : `${state} = '${wanted}'`,
  );
  const tellsNone = hasStatus ? [`${status} IS NULL`] : [];
  return { sure, looked: `(${all('CloseTime IS NULL', ...tellsNone, `${state} NOT IN (${ends})`)})` };
}

/** Near the borders, and of what was taken up again, the start of the run does not tell. */
function ofTime(way: Way, { since, until }: Filters): Clause[] {
  if (since === undefined && until === undefined) return [];
  const borders = [
    ...(since === undefined ? [] : [['>', since + startsWithinMs] as const]),
    ...(until === undefined ? [] : [['<', until - startsWithinMs] as const]),
  ];
  const isFirst = takenUp(way).map(() => `(${labels} IS NULL OR ${labels} != ${literal(takenUpTerm)})`);
  return [
    {
      sure: all(...borders.map(([than, border]) => `StartTime ${than} ${at(border)}`), ...isFirst),
      looked: any(
        ...borders.map(([than, border]) => `StartTime ${than === '>' ? '<=' : '>='} ${at(border)}`),
        ...takenUp(way),
      ),
    },
  ];
}

/** Where the namespace has no such attribute, nobody can tell. */
function takenUp({ attributes }: Way): readonly string[] {
  return attributes.has(labels) ? [`${labels} = ${literal(takenUpTerm)}`] : [];
}

/** One that was ended from outside is `interrupted`, and needs attention. */
function mayBeInterrupted({ state: wanted, needsAttention }: Filters): boolean {
  return (wanted === undefined || wanted === 'interrupted') && needsAttention !== false;
}

/** @throws EngineInTrouble where what is asked for is not in the namespace */
function demandAttributes({ attributes }: Way, { filters, of }: Which): void {
  const wanted = [
    ...(filters.labels === undefined ? [] : [labels]),
    ...(of === undefined ? [] : [startedByKey.name]),
  ];
  const missing = wanted.find(name => !attributes.has(name));
  if (missing === undefined) return;
  throw new EngineInTrouble(
    `this cannot be listed: Temporal's namespace has no search attribute ${missing}. The coordinator's log has said at its start how an administrator registers it`,
  );
}

function either({ sure, looked }: Clause): string {
  return looked === undefined ? sure : any(sure, looked);
}

function all(...conditions: readonly string[]): string {
  return conditions.join(' AND ');
}

function any(...conditions: readonly string[]): string {
  return `(${conditions.map(each => (each.includes(' AND ') ? `(${each})` : each)).join(' OR ')})`;
}

function isIn(name: string, texts: readonly string[]): string {
  return `${name} IN (${texts.map(literal).join(',')})`;
}

/** No transaction is of another time, and not every server reads one. */
const times = { first: Date.parse('1970-01-02T00:00:00Z'), last: Date.parse('9998-01-01T00:00:00Z') };

function at(ms: Ms): string {
  return `'${timestamp(Math.min(Math.max(ms, times.first), times.last))}'`;
}

/** @throws where a text would have to be escaped: how, differs by the database */
function literal(text: string): string {
  if (!/^[A-Za-z0-9 ._:/@=+,#[\]-]*$/.test(text))
    throw new Error(`not for a query of visibility: ${JSON.stringify(text)}`);
  return `'${text}'`;
}
