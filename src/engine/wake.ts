/**
 * Owns waking an activity that Temporal holds until its next try: it is tried at once. Temporal has no call for that; it computes
 * anew when the next try is due where an activity's options are set, also to what they are, and by the retry policy that is long past.
 * Attempts and heartbeat details stay, which `reset` would begin anew (I3, I4: they say what was sent before).
 *
 * Best effort: what is not woken comes at its turn, and one that is over or under way is not harmed.
 */
import { msToTs } from '@temporalio/common/lib/time';
import { isForbidden, isNotFound } from './errors';
import { type Engine } from './engine';
import { within } from './ask';
import { type Ms } from '../protocol/wire/phases';

export interface Asleep {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  /** `initialInterval` of its retry policy. */
  readonly initialMs: Ms;
}

export interface Waker {
  /** Until Temporal has said that it does not do it, or not for this caller. */
  readonly isPossible: () => boolean;
  readonly wake: (asleep: Asleep) => Promise<void>;
}

const wakeMs: Ms = 2_000;

/** @param onFailed told why one was not woken, but where it was over */
export function createWaker(engine: Engine, onFailed: (error: unknown) => void): Waker {
  let isPossible = true;
  return {
    isPossible: () => isPossible,
    wake: async asleep => {
      try {
        await within(engine, wakeMs, () => setAsItIs(engine, asleep));
      } catch (error) {
        if (isNotFound(error)) return;
        isPossible &&= !isForbidden(error);
        onFailed(error);
      }
    },
  };
}

async function setAsItIs(
  { connection, namespace }: Engine,
  { workflowId, runId, activityId, initialMs }: Asleep,
): Promise<void> {
  await connection.workflowService.updateActivityOptions({
    namespace,
    execution: { workflowId, runId },
    id: activityId,
    identity: 'turns',
    activityOptions: { retryPolicy: { initialInterval: msToTs(initialMs) } },
    updateMask: { paths: ['retry_policy.initial_interval'] },
  });
}
