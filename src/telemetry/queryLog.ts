/** Owns what is logged where a workflow could not be asked for its document: one plain line, and the same one seldom. */
import { type Log } from './log';
import { seldom } from './seldom';

const sayAgainMs = 10_000;

export interface FailedQuery {
  readonly error: unknown;
  /** Nobody answered it: as opposed to a worker that failed. */
  readonly unanswered: boolean;
}

/** The first workflow task of a process loads the workflows, and queries wait for it: that is no trouble. */
const beginsForMs = 15_000;

/** @param ownWorker the process has a worker of that task queue itself, which begins now */
export function queryLogger(
  log: Log,
  { taskQueue, ownWorker }: { readonly taskQueue: string; readonly ownWorker: boolean },
): (failed: FailedQuery) => void {
  const isDue = seldom(sayAgainMs);
  const begunAt = performance.now();
  return ({ error, unanswered }) => {
    if (unanswered && ownWorker && performance.now() - begunAt < beginsForMs) return;
    const line = unanswered
      ? ownWorker
        ? slow(taskQueue)
        : missing(taskQueue)
      : 'a query failed: answering from what Temporal knows';
    if (!isDue(line)) return;
    if (unanswered) log.warn({ taskQueue }, line);
    else log.warn({ err: error }, line);
  };
}

function slow(taskQueue: string): string {
  return (
    `no worker answered a query in time on task queue "${taskQueue}": documents are what Temporal itself knows. This process has a worker, ` +
    'so it, or Temporal, has more to do than it can at the moment'
  );
}

function missing(taskQueue: string): string {
  return (
    `no worker answered a query in time on task queue "${taskQueue}": documents are what Temporal itself knows. Where none runs, nothing ` +
    'goes on: start one (DTC_ROLE=worker or all) with the same DTC_TASK_QUEUE, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE'
  );
}
