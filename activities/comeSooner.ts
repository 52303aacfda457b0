/**
 * Owns an activity that found no place for its request: it ends, Temporal holds it until its turn, and it is woken before, where its host
 * answers and has room. It says how many attempts were sent by heartbeat and failure, which waking leaves as they are (I3, I4).
 */
import { Context } from '@temporalio/activity';
import { type Asleep } from '../src/engine/wake';
import { type Outbound } from '../src/outbound/contract';
import { type Ms } from '../src/protocol/wire/phases';

export interface Sooner {
  readonly outbound: Pick<Outbound, 'callBack'>;
  /** Never rejects. */
  readonly wake: (asleep: Asleep) => Promise<void>;
}

/** @param initialMs the initial interval of the activity's retry policy */
export function comeSooner(
  { outbound, wake }: Sooner,
  { url, waitMs, initialMs }: { readonly url: string; readonly waitMs: Ms; readonly initialMs: Ms },
): void {
  const { workflowExecution, activityId } = Context.current().info;
  if (workflowExecution === undefined) return;
  const { workflowId, runId } = workflowExecution;
  outbound.callBack(url, waitMs, () => void wake({ workflowId, runId, activityId, initialMs }));
}
