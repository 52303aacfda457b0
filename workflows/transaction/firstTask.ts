/**
 * Owns whether this run's first task has the first calls in it, the fast lane, and that it is over before it outlasts that task. Why
 * it is safe: `protocol/transaction/firstRound.ts` and `firstLocks.ts` (I1, I3, I4, I12).
 */
import { workflowInfo } from '@temporalio/workflow';
import { refusal } from '../../src/engine/facts/queryMark';
import { isFirstTry, takesFastLane } from '../../src/protocol/transaction/firstRound';

export interface FirstTask {
  /** What is begun now is part of it. */
  readonly isUnderWay: () => boolean;
  /** A local activity of it. @throws where the task is another by the end: it fails, and the next one is a later try */
  readonly call: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Of each local activity in it: where its worker stands still, all are sooner over than Temporal is asked for more time for the task. */
export const overWithin = '1s';

/** @param mayBeFast the input says so */
export function firstTask(mayBeFast: boolean): FirstTask {
  const { historyLength, startTime } = workflowInfo();
  const isFast = mayBeFast && takesFastLane({ historyLength, waitedMs: Date.now() - startTime.getTime() });
  return { isUnderWay: () => isFast && isFirstTry(workflowInfo().historyLength), call };
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  openCalls += 1;
  try {
    const result = await work();
    demandSame();
    return result;
  } finally {
    openCalls -= 1;
  }
}

/** Of this workflow alone: the SDK loads modules anew for each. */
let openCalls = 0;

/**
 * The SDK completes a task that had a query in it with what its local activities have come to, before the workflow hears of that. Were it
 * another task than the first by then (the worker stood still), history would have the calls, and replay would not make them: it takes them
 * for those of a later try. So the task fails, as it does where it is found out later.
 *
 * @throws while such a call is open
 */
export function demandNoneOpen(): void {
  if (openCalls > 0)
    throw new Error(`${refusal}came while the first workflow task was under way: it is asked for again`);
}

/**
 * A worker that stood still, or had a query to answer first, has asked Temporal for more time, by a completion that records nothing of the
 * calls: replay would not take this lane again.
 */
function demandSame(): void {
  const { historyLength } = workflowInfo();
  if (!isFirstTry(historyLength))
    throw new Error(
      `the first round outlasted its workflow task (history has ${String(historyLength)} events): it is asked for again`,
    );
}
