/**
 * Owns telling what a closed run left where its history is replayed away from Temporal (`src/engine/replayed.ts`), at the end of each
 * activation: all that it brought has been heard by then. A worker of Temporal's is never told: its task queue has another name.
 */
import { proxySinks, workflowInfo } from '@temporalio/workflow';
import { type LeftSinks, replayedForLeft } from '../../src/engine/facts/leftSink';
import { type LeftBehind } from './messages';

const sinks = proxySinks<LeftSinks>();

/** Of this workflow alone: the SDK loads modules anew for each. */
let left: (() => LeftBehind) | undefined;

export function tellsLeft(behind: () => LeftBehind): void {
  left = behind;
}

export function tellLeft(): void {
  if (left !== undefined && workflowInfo().taskQueue.startsWith(replayedForLeft)) sinks.left.tell(left());
}
