/**
 * Owns the first round of prepares where it is part of the workflow's first task, the fast lane: whether this run takes it, what came
 * within the bound, and that it is shown. Why it is safe: `protocol/transaction/firstRound.ts` (I1, I3, I4).
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Ending } from '../../src/protocol/transaction/events';
import {
  endedAtOnce,
  firstRoundMs,
  isFirstTry,
  isWithinTask,
  takesFastLane,
} from '../../src/protocol/transaction/firstRound';
import { inRound } from '../../src/protocol/transaction/soFar';
import { type Activities, type RoundInput, type SoFar } from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';
import { type Phase } from '../../src/protocol/wire/phases';

export interface FirstRound {
  readonly isDue: (phase: Phase) => boolean;
  /** The calls that are over within the bound; the others have a request in flight. */
  readonly ask: (input: RoundInput, summary: string) => Promise<readonly Ending[]>;
  /** What has come of the first round, until all of it has ended. */
  readonly soFar: () => readonly SoFar[];
  readonly end: () => void;
}

/** Where its worker stands still, sooner over than Temporal is asked for more time for the task. */
const overWithin = '1s';

/** @param mayBeFast the input says so */
export function firstRound(mayBeFast: boolean): FirstRound {
  const { historyLength, startTime } = workflowInfo();
  const isFast = mayBeFast && takesFastLane({ historyLength, waitedMs: Date.now() - startTime.getTime() });
  let soFar: readonly SoFar[] = [];
  return {
    isDue: phase => isFast && isWithinTask(phase),
    ask: async (input, summary) => {
      const ended = endedAtOnce(await askWithin(input, summary), input.calls);
      demandSameTask();
      const at = Date.now();
      soFar = ended.map(({ participant, is, requests, why }) => ({
        ...{ participant, is, requests, at },
        ...given({ why }),
      }));
      return ended;
    },
    soFar: () => soFar,
    end: () => (soFar = []),
  };
}

/** Undefined where it was lost: what it sent is in flight, or nobody knows. */
async function askWithin(input: RoundInput, summary: string): Promise<unknown> {
  const { prepareFirst } = proxyLocalActivities<Activities>({
    scheduleToCloseTimeout: overWithin,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
    summary,
  });
  try {
    return await prepareFirst({ ...input, withinMs: firstRoundMs });
  } catch (error) {
    if (error instanceof ActivityFailure) return undefined;
    throw error;
  }
}

/**
 * A worker that stood still, or had a query to answer first, has asked Temporal for more time, by a completion that records nothing of the
 * round: replay would not take this lane again. The task fails, and the next one is a later try.
 */
function demandSameTask(): void {
  const { historyLength } = workflowInfo();
  if (!isFirstTry(historyLength))
    throw new Error(
      `the first round outlasted its workflow task (history has ${String(historyLength)} events): it is asked for again`,
    );
}

/** The document with what has come of a round that goes on. */
export function withSoFar(document: TransactionDocument, soFar: readonly SoFar[]): TransactionDocument {
  if (soFar.length === 0) return document;
  const came = new Map(soFar.map(each => [each.participant, each]));
  const participants = document.participants.map(p => inRound(p, 'prepare', came.get(p.name)));
  return { ...document, participants };
}
