/** Owns what the driver knows of the task in which it ends: whether its locks may be released within it (`protocol/transaction/lastTask.ts`, I12). */
import { workflowInfo } from '@temporalio/workflow';
import { type Event } from '../../src/protocol/transaction/events';
import { endsForSure } from '../../src/protocol/transaction/lastTask';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type FirstTask } from './firstTask';

export interface LastTask {
  /** An update is accepted now. */
  readonly accept: () => void;
  /** To be told of each event, with the state before and after it. */
  readonly note: (event: Event, before: Transaction, after: Transaction) => void;
  readonly isSure: () => boolean;
}

/** @param mayBeFast the input says so */
export function lastTask(mayBeFast: boolean, task: FirstTask): LastTask {
  let acceptedIn = 0;
  let sure = false;
  return {
    accept: () => {
      acceptedIn = workflowInfo().historyLength;
    },
    note: (event, before, after) => {
      if (before.stage === 'ended' || after.stage !== 'ended') return;
      const updated = acceptedIn === workflowInfo().historyLength;
      sure = mayBeFast && endsForSure(event, { isFirst: task.isUnderWay(), updated });
    },
    isSure: () => sure,
  };
}
