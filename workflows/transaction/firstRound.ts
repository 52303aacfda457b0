/**
 * Owns the first round of prepares where it is part of the workflow's first task, the fast lane: what came within the
 * bound, and that it is shown. Why it is safe: `protocol/transaction/firstRound.ts` (I1, I3, I4).
 */
import { ActivityCancellationType, ActivityFailure, proxyLocalActivities } from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Ending } from '../../src/protocol/transaction/events';
import { endedAtOnce, firstRoundMs, isWithinTask } from '../../src/protocol/transaction/firstRound';
import { inRound } from '../../src/protocol/transaction/soFar';
import {
  type Activities,
  type RestInput,
  type RoundInput,
  type SoFar,
} from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';
import { type Phase } from '../../src/protocol/wire/phases';
import { type FirstTask, overWithin } from './firstTask';
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

export function firstRound(task: FirstTask): FirstRound {
  let soFar: readonly SoFar[] = [];
  return {
    isDue: phase => task.isUnderWay() && isWithinTask(phase),
    perform: async (input, { limit, rest }) => {
      const ended = endedAtOnce(await task.call(() => askWithin(input)), input.calls);
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

/** The document with what has come of a round that goes on. */
export function withSoFar(document: TransactionDocument, soFar: readonly SoFar[]): TransactionDocument {
  if (soFar.length === 0) return document;
  const came = new Map(soFar.map(each => [each.participant, each]));
  const participants = document.participants.map(p => inRound(p, 'prepare', came.get(p.name)));
  return { ...document, participants };
}
