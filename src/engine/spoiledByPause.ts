/**
 * Owns seeing that a pause has spoiled a history: Temporal's server 1.32.0 to 1.32.2 writes down that the workflow task which nobody had
 * begun yet has failed, though it never began, and the SDK's core (of 1.24.0) takes such a history for none that can be. Whoever drives
 * or replays it fails from then on, for good.
 */
import { type HistoryEvent } from './ask';

/** temporal.api.enums.v1.WorkflowTaskFailedCause: WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED. */
const pausedBeforeStarted = 39;

/** The number of the event from which on nobody can follow; undefined where there is none among these, the oldest first. */
export function spoiledAt(events: readonly HistoryEvent[]): number | undefined {
  const found = events.find(
    ({ workflowTaskFailedEventAttributes: failed }) => Number(failed?.cause) === pausedBeforeStarted,
  );
  return found === undefined ? undefined : Number(found.eventId);
}
