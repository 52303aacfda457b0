/** Owns signalling a workflow that may be over: whoever signals cannot know. */
import {
  type SignalDefinition,
  TemporalFailure,
  getExternalWorkflowHandle,
  isCancellation,
} from '@temporalio/workflow';

/** False where there is no such workflow, or it has closed. */
export async function signalIfThere<Arguments extends unknown[]>(
  workflowId: string,
  signal: SignalDefinition<Arguments>,
  ...args: Arguments
): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, ...args);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    return false;
  }
}
