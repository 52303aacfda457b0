/**
 * Owns what a history says of a first task that may have acquired locks and asked for votes itself (`workflows/transaction/firstTask.ts`).
 *
 * I12: only where it is recorded that it stopped at the locks, at its first try, has it asked nobody. A try that was lost leaves nothing of
 * what it did; one that Temporal was asked for more time for has done something that is not recorded.
 */
import { isOneOf, membersOf } from '../../protocol/wire/shapes';
import { type LockActivities } from '../../protocol/lock/steps';
import { type HistoryEvent, decoded } from '../../engine/ask';

/** Of a run whose input lets it. @param events from the first one on */
export function mayHaveAskedWithinTask(events: readonly HistoryEvent[]): boolean {
  const [, , , completed, next] = events;
  if (completed?.workflowTaskCompletedEventAttributes == null) return true;
  if (next?.activityTaskScheduledEventAttributes != null) return false; // it had the regular lane
  return !stoppedAtLocks(next);
}

const acquireFirst: keyof LockActivities = 'acquireFirst';

/** A local activity's marker, as the SDK writes it. */
function stoppedAtLocks(event: HistoryEvent | undefined): boolean {
  const { data, result } = event?.markerRecordedEventAttributes?.details ?? {};
  const [of, answer] = [data, result].map(each => {
    const [payload] = each?.payloads ?? [];
    return payload == null ? undefined : membersOf(decoded(payload));
  });
  if (of?.['activity_type'] !== acquireFirst || answer === undefined) return false;
  const { is } = membersOf(answer['ending']);
  return isOneOf(['waits', 'refused', 'overdue', 'open'], is);
}
