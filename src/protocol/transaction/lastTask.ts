/**
 * Owns when a transaction may release its locks within the workflow task in which it ends, before that is recorded.
 *
 * I12: locks are held until `endedAt`. What a task makes of history may be lost with it, a release may not: so it leaves within the task
 *     only where every later try of that task must come to the same end, with nothing sent before it.
 *     - What ends it is the end of a call of phase two. That is in history, before the task: an acknowledgement is recorded when its activity
 *       has ended. Facts of phase two only add up, and no time is compared there, so neither what else has come by the next try (messages
 *       are heard first), nor the clock of that try, makes an acknowledgement undone.
 *     - Nothing else in the task is of a kind that may be gone at the next try: no local activity, which leaves no trace in a task that
 *       is lost (only the first task has some), and no update. An update that the task accepts is recorded with what the task
 *       makes of it, and may never be sent again: where an operator's word and the last acknowledgement come together, the end rests on
 *       both. (One that is refused has changed nothing.)
 *     Every other end is released by the regular activity: it is scheduled with the end, and leaves after both are recorded.
 */
import { type Ms } from '../wire/phases';
import { type Event } from './events';

/** For as long the last task waits for the locks; those that have not answered are told by the regular activity. */
export const lastReleaseMs: Ms = 150;

/** What there is in a task beside the events of history. */
export interface Beside {
  /** It may have local activities in it. */
  readonly isFirst: boolean;
  /** It has accepted an update. */
  readonly updated: boolean;
}

/** Whether an end is as good as recorded. @param event it ended the transaction */
export function endsForSure(event: Event, { isFirst, updated }: Beside): boolean {
  const isOfPhaseTwo = event.type === 'callsEnded' && event.phase !== 'prepare';
  return isOfPhaseTwo && !isFirst && !updated;
}

/** Those that have not said that they know of the end. */
export function untold(resources: readonly string[], result: unknown): readonly string[] {
  const told: readonly unknown[] = Array.isArray(result) ? result : [];
  return resources.filter(each => !told.includes(each));
}
