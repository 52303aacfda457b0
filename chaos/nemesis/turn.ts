/**
 * Owns whose turn it is: which of the faults that are due may begin beside those under way. Never two on one target; and while everything is
 * restarted nobody else has a process in hand. A link, a transaction or the task queue is none: what befalls them goes on beside it.
 */
import { type Planned } from './schedule';

export interface Now {
  readonly elapsedMs: number;
  /** Those under way. */
  readonly running: readonly Planned[];
}

/** The one that has been due for the longest of those that may begin. Who has a process in hand does not overtake a restart of everything. */
export function nextDue(waiting: readonly Planned[], { elapsedMs, running }: Now): Planned | undefined {
  const due = waiting.filter(({ atMs }) => atMs <= elapsedMs);
  const all = due.findIndex(isOfAll);
  return due.find(
    (planned, nth) => !(all !== -1 && nth > all && planned.holdsProcess) && !isTaken(planned, running),
  );
}

const isOfAll = ({ target }: Planned): boolean => target === 'everything';
const isOfAWorker = ({ target }: Planned): boolean => /^worker-\d$/.test(target);
const isOfWorkers = ({ target }: Planned): boolean => target === 'workers';

function isTaken(planned: Planned, running: readonly Planned[]): boolean {
  return running.some(
    other =>
      other.target === planned.target ||
      (isOfAll(planned) && other.holdsProcess) ||
      (isOfAll(other) && planned.holdsProcess) ||
      (isOfWorkers(planned) && isOfAWorker(other)) ||
      (isOfWorkers(other) && isOfAWorker(planned)),
  );
}
