/**
 * Owns when that happened what a closed run heard after its last workflow task: a worker that replays it is told everything at that
 * task's time, and would date an end before the commits that brought it.
 */
import { type LateTimes } from '../../../workflows/transaction/messages';
import { type HistoryEvent } from '../../engine/ask';
import { msOf } from '../../engine/facts/time';
import { type Ms } from '../../protocol/wire/phases';

/** @param newestFirst of the closed run */
export function timesSince(newestFirst: readonly HistoryEvent[]): LateTimes {
  const at = newestFirst.findIndex(each => each.workflowTaskCompletedEventAttributes != null);
  const late = newestFirst.slice(0, at < 0 ? 0 : at).reverse();
  const begun = new Map(newestFirst.map(each => [String(each.eventId), workOf(each)]));
  const calls = late.flatMap(each => {
    const work = begun.get(String(endedOf(each)));
    return work === undefined ? [] : [[work, timeOf(each)] as const];
  });
  return {
    task: Number(newestFirst[at]?.workflowTaskCompletedEventAttributes?.startedEventId ?? 0),
    calls: Object.fromEntries(calls),
    timers: late.filter(each => each.timerFiredEventAttributes != null).map(timeOf),
    messages: late.filter(isMessage).map(timeOf),
  };
}

/** The key of the work that the event begins: of an activity its id, of a notification that of its workflow. */
function workOf({
  activityTaskScheduledEventAttributes: scheduled,
  startChildWorkflowExecutionInitiatedEventAttributes: initiated,
}: HistoryEvent): string | undefined {
  return scheduled?.activityId ?? initiated?.workflowId ?? undefined;
}

/** The event that the work was begun by, where this one is its end: of a notification, that its workflow is there. */
function endedOf(event: HistoryEvent): unknown {
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  const started =
    event.childWorkflowExecutionStartedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes;
  return ended?.scheduledEventId ?? started?.initiatedEventId;
}

function isMessage(event: HistoryEvent): boolean {
  return (
    event.workflowExecutionSignaledEventAttributes != null ||
    event.workflowExecutionCancelRequestedEventAttributes != null
  );
}

function timeOf({ eventTime }: HistoryEvent): Ms {
  return msOf(eventTime) ?? 0;
}
