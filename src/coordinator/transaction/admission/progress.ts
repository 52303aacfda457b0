/** Owns telling by `describe` alone how far a transaction is that was just started, and whether it waits for the engine or a participant. */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { runState } from '../../../engine/facts/status';
import { stateOf } from '../pending';
import { type Progress } from './watch';

/** Over too where nothing of it is due: it waits for a lock, or for a time; or where a participant is asked again. */
export function progressOf({ status, historyLength, raw }: WorkflowExecutionDescription): Progress {
  const activities = raw.pendingActivities ?? [];
  const isDue = activities.length > 0 || raw.pendingWorkflowTask != null;
  const isRepeated = activities.some(({ attempt }) => (attempt ?? 1) > 1);
  if (runState(status.name) !== 'running' || !isDue || isRepeated) return { is: 'over', at: historyLength };
  const isAsking = activities.some(each => stateOf(each).running);
  return { is: isAsking ? 'asking' : 'waiting', at: historyLength };
}
