/**
 * Owns the edge to Temporal: every call goes through `within`, which bounds it in time (`within.ts`). What may take longer than a Temporal
 * that says nothing should be waited for stops waiting for such a one (`reach.ts`).
 */
import {
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import { given } from '../protocol/wire/given';
import { type Ms } from '../protocol/wire/phases';
import { type Engine } from './engine';
import { statusName } from './facts/status';
import { msOf } from './facts/time';
import { unlessSilent } from './reach';
import { within } from './within';

export { bounded, within } from './within';

/** A dead worker's workflow task is given to another after this long. */
export const workflowTaskTimeout = '3s';

type Way = Pick<Engine, 'connection' | 'client' | 'lenient' | 'namespace' | 'opened'>;

/** Of the newest run, or that one. */
export function handleOf(
  { client }: Pick<Engine, 'client'>,
  workflowId: string,
  runId?: string,
): WorkflowHandle {
  return client.workflow.getHandle(workflowId, runId);
}

/** The newest run where none is named. `raw` is opened too, which the SDK leaves as it is. */
export function describeRun(
  way: Way,
  workflowId: string,
  withinMs: Ms,
  runId?: string,
): Promise<WorkflowExecutionDescription> {
  return within(way, withinMs, async () => {
    const description = await handleOf(way, workflowId, runId).describe();
    way.opened(description.raw);
    return description;
  });
}

/** Of the history, that event alone: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT. */
const closeEvent: Readonly<Record<string, number>> = { historyEventFilterType: 2 };

/** `unseen`: nobody waits for it any more. */
export type RunEnd =
  | { readonly is: 'completed'; readonly result: unknown }
  | { readonly is: 'closed' }
  | { readonly is: 'unseen' };

/**
 * How the newest run closes, once it does, by Temporal's long poll. The SDK's own `result` cannot be ended over this connection: it
 * ignores abort signals, and a deadline has it ask in a tight loop in its last second. So each poll, twenty seconds at most, is the last
 * one once `signal` has aborted.
 */
export async function endOf(
  { connection, namespace, opened }: Pick<Way, 'connection' | 'namespace' | 'opened'>,
  workflowId: string,
  signal: AbortSignal,
): Promise<RunEnd> {
  const about = { namespace, execution: { workflowId }, skipArchival: true };
  const request = { ...about, ...closeEvent, waitNewEvent: true };
  let nextPageToken: Uint8Array | undefined;
  while (!signal.aborted) {
    const page = await connection.workflowService.getWorkflowExecutionHistory({
      ...request,
      ...given({ nextPageToken }),
    });
    const [event] = page.history?.events ?? [];
    if (event !== undefined) return endIn(opened(event));
    ({ nextPageToken } = page);
  }
  return { is: 'unseen' };
}

function endIn({ workflowExecutionCompletedEventAttributes: completed }: Events[number]): RunEnd {
  const [payload] = completed?.result?.payloads ?? [];
  return payload === undefined ? { is: 'closed' } : { is: 'completed', result: decoded(payload) };
}

/** What the run was started with; undefined where it has no input. */
export async function inputOf(way: Way, workflowId: string, withinMs: Ms): Promise<unknown> {
  return inputIn((await oldestEvents(way, { workflowId }, { count: 1, withinMs })).events);
}

interface Page {
  readonly count: number;
  readonly withinMs: Ms;
}

/** The first events of a run, the newest run's where none is named: one page. `all`: it has no more. */
export async function oldestEvents(
  way: Way,
  execution: { readonly workflowId: string; readonly runId?: string },
  { count, withinMs }: Page,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly all: boolean }> {
  const { connection, namespace } = way;
  const { workflowId, runId } = execution;
  const { history, nextPageToken } = await within(way, withinMs, () =>
    connection.workflowService.getWorkflowExecutionHistory({
      ...{ namespace, execution: { workflowId, ...given({ runId }) }, maximumPageSize: count },
    }),
  );
  return { events: way.opened(history?.events ?? []), all: nextPageToken.length === 0 };
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

export type HistoryEvent = NonNullable<Events>[number];

/** The newest events of a run, the newest first: one page. */
export async function newestEvents(
  way: Way,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  { count, withinMs }: Page,
): Promise<readonly HistoryEvent[]> {
  const { connection, namespace } = way;
  const execution = { workflowId, runId };
  const { history } = await within(way, withinMs, () =>
    connection.workflowService.getWorkflowExecutionHistoryReverse({
      ...{ namespace, execution, maximumPageSize: count },
    }),
  );
  return way.opened(history?.events ?? []);
}

/** All events of a run, the oldest first. */
export async function wholeHistory(
  way: Way,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  withinMs: Ms,
): Promise<readonly HistoryEvent[]> {
  const { events } = await within(way, withinMs, () => handleOf(way, workflowId, runId).fetchHistory());
  return way.opened(events ?? []);
}

/** @param events from the first one on */
export function inputIn(events: readonly HistoryEvent[]): unknown {
  const [payload] = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return payload == null ? undefined : decoded(payload);
}

export function decoded(payload: Payload): unknown {
  return defaultPayloadConverter.fromPayload(payload);
}

const runsPerPage = 500;
const pageWithinMs = 5000;

/** By visibility, which may lag. A memo whose key is missing here is empty: one run keeps nobody from the others. */
export async function* list(
  way: Way,
  query: string,
  pageSize = runsPerPage,
): AsyncGenerator<WorkflowExecutionInfo> {
  const found = way.lenient.workflow.list({ query, pageSize })[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessSilent(
      way,
      within(way, pageWithinMs, () => found.next()),
    );
    if (next.done === true) return;
    yield next.value;
  }
}

/** A run as visibility has it, which may lag. */
export interface VisibleRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** As `describe` names it. */
  readonly status: string;
  readonly startedAt: Ms;
  readonly closedAt?: Ms;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly searchAttributes: Readonly<Record<string, unknown>>;
}

interface Wanted {
  readonly query: string;
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | undefined;
}

/** One page, the open ones first, then the newest. */
export async function runsPage(
  way: Way,
  { query, limit, cursor }: Wanted,
  withinMs: Ms,
): Promise<{ readonly runs: readonly VisibleRun[]; readonly next?: string }> {
  const { executions, ...more } = await executionsPage(way, { query, limit, cursor }, withinMs);
  return { runs: executions.map(visibleRun), ...more };
}

async function executionsPage(
  way: Way,
  { query, limit, cursor }: Wanted,
  withinMs: Ms,
): Promise<{ readonly executions: readonly Execution[]; readonly next?: string }> {
  const { connection, namespace } = way;
  const nextPageToken = Buffer.from(cursor ?? '', 'base64url');
  const listed = within(way, withinMs, () =>
    connection.workflowService.listWorkflowExecutions({ namespace, pageSize: limit, query, nextPageToken }),
  );
  const answer = await unlessSilent(way, listed);
  const token = Buffer.from(answer.nextPageToken).toString('base64url');
  return { executions: way.opened(answer.executions), ...(token === '' ? {} : { next: token }) };
}

type Execution = Awaited<
  ReturnType<Way['connection']['workflowService']['listWorkflowExecutions']>
>['executions'][number];

function visibleRun(each: Execution): VisibleRun {
  const { execution, type, status, startTime, closeTime, memo, searchAttributes } = each;
  return {
    workflowId: execution?.workflowId ?? '',
    runId: execution?.runId ?? '',
    type: type?.name ?? '',
    status: statusName(status ?? 0),
    startedAt: msOf(startTime) ?? 0,
    ...given({ closedAt: msOf(closeTime) }),
    memo: decodedAll(memo?.fields),
    searchAttributes: decodedAll(searchAttributes?.indexedFields),
  };
}

function decodedAll(payloads: Readonly<Record<string, Payload>> | null | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payloads ?? {}).flatMap(([name, payload]) => {
      const value = ownValue(payload);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Undefined of one that is in an encoding of another program's: so is its workflow then. */
function ownValue(payload: Payload): unknown {
  try {
    return decoded(payload);
  } catch {
    return undefined;
  }
}

export async function countRuns(
  way: Pick<Way, 'connection' | 'namespace'>,
  query: string,
  withinMs: Ms,
): Promise<number> {
  const { connection, namespace } = way;
  const counted = within(way, withinMs, () =>
    connection.workflowService.countWorkflowExecutions({ namespace, query }),
  );
  const { count } = await unlessSilent(way, counted);
  return Number(count);
}

export interface PageOfIds {
  readonly ids: readonly string[];
  /** Absent at the end. */
  readonly next?: string;
}

/** One page of workflow ids. */
export async function listPage(way: Way, wanted: Wanted, withinMs: Ms): Promise<PageOfIds> {
  const { executions, ...more } = await executionsPage(way, wanted, withinMs);
  return { ids: executions.map(({ execution }) => execution?.workflowId ?? ''), ...more };
}
