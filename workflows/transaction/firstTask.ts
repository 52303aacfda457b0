/**
 * Owns whether this run's first task has the first calls in it, the fast lane, and that it is over before it outlasts that task. Why
 * it is safe: `protocol/transaction/firstRound.ts` and `firstLocks.ts` (I1, I3, I4, I12).
 */
import { workflowInfo } from '@temporalio/workflow';
import { isFirstTry, takesFastLane } from '../../src/protocol/transaction/firstRound';

export interface FirstTask {
  /** What is begun now is part of it. */
  readonly isUnderWay: () => boolean;
  /** To be asked after each call of it. @throws where the task is another by now: it fails, and the next one is a later try */
  readonly demandSame: () => void;
}

/** Of each local activity in it: where its worker stands still, all are sooner over than Temporal is asked for more time for the task. */
export const overWithin = '1s';

/** @param mayBeFast the input says so */
export function firstTask(mayBeFast: boolean): FirstTask {
  const { historyLength, startTime } = workflowInfo();
  const isFast = mayBeFast && takesFastLane({ historyLength, waitedMs: Date.now() - startTime.getTime() });
  return { isUnderWay: () => isFast && isFirstTry(workflowInfo().historyLength), demandSame };
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
