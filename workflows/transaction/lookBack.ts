/**
 * Owns the last look at own calls that are about to be given up: what their attempts left behind is asked of Temporal before they are
 * cancelled, since a call that is cancelled between two attempts takes it along. Which calls, and what is believed, is the protocol's
 * to say (`protocol/transaction/lookBack.ts`, I3, I4). Where the look fails they are given up as without it: everything is assumed.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  type ActivityOptions,
  CancelledFailure,
  isCancellation,
  patched,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { type Event } from '../../src/protocol/transaction/events';
import { callLooks, countsOn, isWorthALook } from '../../src/protocol/transaction/lookBack';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type CallLookActivities, type CallTrace } from '../../src/protocol/transaction/steps';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { type LastLook } from '../keep';
import { overdue } from './overdue';

/** Brief: the rollback of everybody waits for it. */
const options: ActivityOptions = {
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '3s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { maximumAttempts: 1 },
  summary: 'what the attempts left behind, before they are given up',
};

export interface CallTraces {
  readonly lastLook: LastLook<Wanted, Event>;
  /** What a call left behind that ended so; undefined where nobody knows. */
  readonly of: (key: string, ended: ActivityFailure) => CallTrace | undefined;
}

/** Histories of before there was such a look have none. */
const isLookedAt = (): boolean => patched('lookBeforeGivingUp');
/** Nor a later one, of before rollbacks that are counted on were looked at. */
const isCounted = (): boolean => patched('lookBeforeCountingOn');
/** Those of before waited for Temporal's word for good. */
const isBounded = (): boolean => patched('boundAfterLook');

export function callTraces(state: () => Transaction): CallTraces {
  const known = new Map<string, CallTrace>();
  const take = async (gone: readonly Wanted[]): Promise<void> => {
    const keys = gone.map(({ key }) => key);
    const { workflowId: transactionId, runId } = workflowInfo();
    const activityId = `look at ${keys[0] ?? ''}`; // a call is given up once
    const { lookBack } = proxyActivities<CallLookActivities>({ ...options, activityId });
    try {
      const looks = callLooks(await lookBack({ transactionId, runId, keys }), keys);
      for (const { key, ...trace } of looks) known.set(key, trace);
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    }
  };
  return {
    lastLook: {
      isDue: work => work.do === 'own' && isDue(state(), work),
      take,
      // of whom is known that no attempt was under way, Temporal ends at once
      overdue: async work => (!known.has(work.key) && isBounded() ? overdue(state(), work) : undefined),
    },
    of: (key, ended) => (neverBegan(ended) ? known.get(key) : undefined),
  };
}

function isDue(t: Transaction, { phase, to }: Extract<Wanted, { do: 'own' }>): boolean {
  return isWorthALook(t, phase) ? isLookedAt() : countsOn(t, to) && isCounted();
}

/** Temporal's own word for a call that was cancelled while no attempt of it was under way. */
const notStarted = 'ACTIVITY_ID_NOT_STARTED';

function neverBegan({ cause }: ActivityFailure): boolean {
  return cause instanceof CancelledFailure && cause.details.includes(notStarted);
}
