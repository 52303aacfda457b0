/**
 * Owns what a transaction's workflow tells its worker when it has ended, outside of history. The SDK hands such a word over each time
 * the code comes by, so a task that is lost and repeated tells it again: what is made of it is `src/engine/endings.ts`.
 */
import { type Sinks } from '@temporalio/workflow';
import { type Measured } from '../../protocol/transaction/measured';

export interface EndedSinks extends Sinks {
  readonly transactions: {
    /** @param asOf the length of history that the task was given with, which is the id of its started event */
    readonly ended: (measured: Measured, asOf: number) => void;
  };
}
