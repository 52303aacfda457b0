/**
 * Owns the ways in which a workflow is asked, each bounded in time: with no worker, or no Temporal, none of them would answer.
 * Every function rejects with what Temporal answers (`errors.ts` reads it).
 */
import {
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import { type Ms } from '../protocol/wire/phases';
import { type Engine } from './engine';

/** A dead worker's workflow task is given to another after this long. */
export const workflowTaskTimeout = '3s';

type Way = Pick<Engine, 'connection' | 'client' | 'namespace'>;

/** Rejects with a timeout after `ms`. */
export function within<T>(
  { connection }: Pick<Engine, 'connection'>,
  ms: Ms,
  work: () => Promise<T>,
): Promise<T> {
  return connection.withDeadline(Date.now() + ms, work);
}

/** Of the newest run, or that one. */
export function handleOf(
  { client }: Pick<Engine, 'client'>,
  workflowId: string,
  runId?: string,
): WorkflowHandle {
  return client.workflow.getHandle(workflowId, runId);
}

export function describeRun(
  way: Way,
  workflowId: string,
  withinMs: Ms,
): Promise<WorkflowExecutionDescription> {
  return within(way, withinMs, () => handleOf(way, workflowId).describe());
}

/** What the run was started with; undefined where it has no input. */
export async function inputOf(way: Way, workflowId: string, withinMs: Ms): Promise<unknown> {
  const { connection, namespace } = way;
  const { history } = await within(way, withinMs, () =>
    connection.workflowService.getWorkflowExecutionHistory({
      ...{ namespace, execution: { workflowId }, maximumPageSize: 1 },
    }),
  );
  return inputIn(history?.events);
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

/** @param events from the first one on */
export function inputIn(events: Events | null | undefined): unknown {
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return payload == null ? undefined : decoded(payload);
}

export function decoded(payload: Payload): unknown {
  return defaultPayloadConverter.fromPayload(payload);
}

const runsPerPage = 500;

/** By visibility, which may lag. */
export function list(
  { client }: Way,
  query: string,
  pageSize = runsPerPage,
): AsyncIterable<WorkflowExecutionInfo> {
  return client.workflow.list({ query, pageSize });
}

export interface PageOfIds {
  readonly ids: readonly string[];
  /** Absent at the end. */
  readonly next?: string;
}

/** One page of workflow ids. @param cursor `next` of the page before */
export async function listPage(
  way: Way,
  {
    query,
    limit,
    cursor,
  }: { readonly query: string; readonly limit: number; readonly cursor: string | undefined },
  withinMs: Ms,
): Promise<PageOfIds> {
  const { connection, namespace } = way;
  const nextPageToken = Buffer.from(cursor ?? '', 'base64url');
  const answer = await within(way, withinMs, () =>
    connection.workflowService.listWorkflowExecutions({ namespace, pageSize: limit, query, nextPageToken }),
  );
  const ids = answer.executions.map(each => each.execution?.workflowId ?? '');
  const token = Buffer.from(answer.nextPageToken).toString('base64url');
  return { ids, ...(token === '' ? {} : { next: token }) };
}

/** Whether Temporal answers at all. */
export async function isReachable(way: Way, withinMs: Ms): Promise<boolean> {
  const { connection, namespace } = way;
  try {
    await within(way, withinMs, () => connection.workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false; // readiness is the question; why not is in the log of whoever needs Temporal
  }
}
