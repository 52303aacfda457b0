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
import {
  type Activities,
  type RestInput,
  type RoundInput,
  type SoFar,
} from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';
import { type Phase } from '../../src/protocol/wire/phases';
import { namesOf } from './names';

export interface FirstRound {
  readonly isDue: (phase: Phase) => boolean;
  readonly perform: (input: RoundInput, rest: Rest) => Promise<readonly Ending[]>;
  /** What has come of it, until all of it has ended. */
  readonly soFar: () => readonly SoFar[];
}

interface Rest {
  /** Requests that a call may take. */
  readonly limit: number;
  readonly rest: (input: RestInput) => Promise<readonly Ending[]>;
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
    perform: async (input, { limit, rest }) => {
      const ended = endedAtOnce(await askWithin(input), input.calls);
      demandSameTask();
      const calls = input.calls.filter(call => !ended.some(each => each.participant === call.participant));
      if (calls.length === 0) return ended;
      soFar = ended.map(asSoFar);
      const later = await rest({ ...input, calls, soFar, limit });
      soFar = [];
      return [...ended, ...later];
    },
    soFar: () => soFar,
  };
}

function asSoFar({ participant, is, requests, why }: Ending): SoFar {
  return { participant, is, requests, at: Date.now(), ...given({ why }) };
}

/** Undefined where it was lost: what it sent is in flight, or nobody knows. */
async function askWithin(input: RoundInput): Promise<unknown> {
  const { prepareFirst } = proxyLocalActivities<Activities>({
    scheduleToCloseTimeout: overWithin,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
    summary: namesOf(input.calls.map(call => call.participant)),
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
