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
  const scheduled = new Map(newestFirst.map(each => [String(each.eventId), activityOf(each)]));
  const calls = late.flatMap(each => {
    const activity = scheduled.get(String(endedOf(each)));
    return activity === undefined ? [] : [[activity, timeOf(each)] as const];
  });
  return {
    task: Number(newestFirst[at]?.workflowTaskCompletedEventAttributes?.startedEventId ?? 0),
    calls: Object.fromEntries(calls),
    timers: late.filter(each => each.timerFiredEventAttributes != null).map(timeOf),
    messages: late.filter(isMessage).map(timeOf),
  };
}

function activityOf({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): string | undefined {
  return scheduled?.activityId ?? undefined;
}

/** The event that the activity was scheduled by, where this one is the activity's end. */
function endedOf(event: HistoryEvent): unknown {
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return ended?.scheduledEventId;
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
