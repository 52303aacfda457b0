/**
 * Owns seeing that a pause has spoiled a history: Temporal's server 1.32.0 to 1.32.2 writes down that the workflow task which nobody had
 * begun yet has failed, though it never began, and the SDK's core (of 1.24.0) takes such a history for none that can be. Whoever drives
 * or replays it fails from then on, for good. Replayed away from Temporal, that task counts as one that nobody took in time, which is as
 * true, and which every SDK can follow.
 */
import { temporal } from '@temporalio/proto';
import { type HistoryEvent } from './ask';

const { EventType: type, TimeoutType: timeout } = temporal.api.enums.v1;

/** temporal.api.enums.v1.WorkflowTaskFailedCause: WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED. */
const pausedBeforeStarted = 39;

/** The number of the event from which on nobody can follow; undefined where there is none among these, the oldest first. */
export function spoiledAt(events: readonly HistoryEvent[]): number | undefined {
  const found = events.find(isSpoiling);
  return found === undefined ? undefined : Number(found.eventId);
}

function isSpoiling({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean {
  return Number(failed?.cause) === pausedBeforeStarted;
}

/** The same event where it spoils nothing. */
export function unspoiled(event: HistoryEvent): HistoryEvent {
  if (!isSpoiling(event)) return event;
  const { eventId, eventTime, workflowTaskFailedEventAttributes: failed } = event;
  return temporal.api.history.v1.HistoryEvent.fromObject({
    ...{ eventId, eventTime, eventType: type.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT },
    workflowTaskTimedOutEventAttributes: {
      scheduledEventId: failed?.scheduledEventId,
      timeoutType: timeout.TIMEOUT_TYPE_SCHEDULE_TO_START,
    },
  });
}
