/**
 * Owns the state together with where it comes from: the task in which the newest event was heard, and what was heard in it.
 *
 * I2, I5: an answer to a query says from which task it is, since a cached workflow is ahead of history until Temporal has taken that
 * task's completion (`durable.ts`). What a closed run heard after its last task, all of it at that task's time to whoever replays it,
 * is told with its own times.
 */
import { workflowInfo } from '@temporalio/workflow';
import { apply } from '../../src/protocol/transaction/apply';
import { type Event } from '../../src/protocol/transaction/events';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Ms } from '../../src/protocol/wire/phases';
import { type LateTimes } from './messages';

/** `key`: of the work that ended so; a message has none. */
interface Heard {
  readonly event: Event;
  readonly key?: string;
}

export interface Hearing {
  readonly state: () => Transaction;
  /** The length of history that the task was given with in which the state became what it is. */
  readonly asOf: () => number;
  readonly hear: (heard: Heard) => void;
  /** The state of a closed run, with what came after its last task at the time at which it came. */
  readonly timed: (times: LateTimes | undefined) => Transaction;
}

export function hearing(first: Transaction): Hearing {
  let state = first;
  let task = { asOf: workflowInfo().historyLength, at: Date.now(), before: first, heard: [] as Heard[] };
  return {
    state: () => state,
    asOf: () => task.asOf,
    hear: heard => {
      const { historyLength } = workflowInfo();
      if (historyLength !== task.asOf)
        task = { asOf: historyLength, at: Date.now(), before: state, heard: [] };
      task.heard.push(heard);
      state = apply(state, heard.event, Date.now());
    },
    timed: times => {
      if (times === undefined || task.asOf <= times.task) return state;
      return heardAt(task.before, task.heard, { times, from: task.at });
    },
  };
}

/** In the order in which they were heard, so no later than what was heard after. */
function heardAt(
  before: Transaction,
  heard: readonly Heard[],
  { times, from }: { readonly times: LateTimes; readonly from: Ms },
): Transaction {
  const timers = [...times.timers];
  const messages = [...times.messages];
  let now = from;
  return heard.reduce((state, { event, key }) => {
    const own = key === undefined ? messages.shift() : (times.calls[key] ?? timers.shift());
    now = Math.max(now, own ?? now);
    return apply(state, event, now);
  }, before);
}
