/** Owns what is logged where a workflow could not be asked for its document: one plain line, and the same one seldom. */
import { type Log } from './log';
import { seldom } from './seldom';

const sayAgainMs = 10_000;

export interface FailedQuery {
  readonly error: unknown;
  /** Nobody answered it: as opposed to a worker that failed. */
  readonly unanswered: boolean;
}

export function queryLogger(log: Log, taskQueue: string): (failed: FailedQuery) => void {
  const isDue = seldom(sayAgainMs);
  return ({ error, unanswered }) => {
    const line = unanswered ? missing(taskQueue) : 'a query failed: answering from what Temporal knows';
    if (!isDue(line)) return;
    if (unanswered) log.warn({ taskQueue }, line);
    else log.warn({ err: error }, line);
  };
}

function missing(taskQueue: string): string {
  return (
    `no worker answered a query in time on task queue "${taskQueue}": documents are what Temporal itself knows. Where none runs, nothing ` +
    'goes on: start one (DTC_ROLE=worker or all) with the same DTC_TASK_QUEUE, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE'
  );
}
