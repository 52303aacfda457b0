/**
 * Owns what a workflow that is replayed away from Temporal tells whoever replays it: what it left, as the query `left` would say it. A
 * worker of Temporal's never asks for it.
 */
import { type Sinks } from '@temporalio/workflow';

export interface LeftSinks extends Sinks {
  readonly left: {
    readonly tell: (left: unknown) => void;
  };
}

/** With what the name of a task queue begins where the history is replayed for this. */
export const replayedForLeft = 'replayed for what it left';
