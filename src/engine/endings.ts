/**
 * Owns telling once that a transaction has ended, whatever becomes of the workflow task in which it did.
 *
 * The workflow says it each time its code comes by (`facts/endedSink.ts`): the SDK leaves out what is replayed, but a task that is lost
 * (its worker was frozen, a signal came in between, Temporal did not take the completion) is done again, here or by another worker, and
 * says it again. So what is said is held until it is known what became of that very task, and the SDK says so when it lets go of
 * the run (`RemoveFromCache`), which it does after every last task, at no cost of Temporal's:
 *
 * - *workflow execution ending*: the completion is recorded. A run completes once, and one worker's completion is taken: counted.
 * - *unhandled command*: Temporal refused it, because something came meanwhile. The task comes again: forgotten.
 * - anything else (not found, out of cache, an error): nobody knows. History does: the completed event that names this task's started
 *   event is there, or not (`doubtful`). Only who is in trouble pays for that look.
 *
 * A run that was ended from outside never completes, so it is not counted; the run that takes the transaction up is. What a process has
 * counted and nobody has read when it is killed is lost with it, as with all counters of a process.
 *
 * `evictionsEmitter` is a protected member of the SDK's worker (1.24); there is no other word of this. Without it no worker starts.
 */
import { type EventEmitter } from 'node:events';
import { type InjectedSinks, type Worker } from '@temporalio/worker';
import { type Measured } from '../protocol/transaction/measured';
import { type EndedSinks } from './facts/endedSink';

/** The task that ended the run: `asOf` is the id of its started event. */
export interface EndingTask {
  readonly workflowId: string;
  readonly runId: string;
  readonly asOf: number;
}

export interface Ending extends EndingTask {
  readonly measured: Measured;
  /** Whether it is recorded: `doubtful` where history has to be asked. */
  readonly is: 'recorded' | 'doubtful';
}

/** temporal.sdk.core: `RemoveFromCache.EvictionReason`. */
const unhandledCommand = 7;
const workflowExecutionEnding = 10;

interface Eviction {
  readonly runId: string;
  readonly evictJob: { readonly reason?: number | null };
}

export interface Endings {
  readonly sinks: InjectedSinks<EndedSinks>;
  /** @throws where the SDK does not say any more when it lets go of a run */
  readonly watch: (worker: Worker) => void;
}

export function endings(tell: (ending: Ending) => void): Endings {
  const said = new Map<string, EndingTask & Pick<Ending, 'measured'>>();
  const letGo = ({ runId, evictJob: { reason } }: Eviction): void => {
    const ended = said.get(runId);
    said.delete(runId);
    if (ended === undefined || reason === unhandledCommand) return;
    tell({ ...ended, is: reason === workflowExecutionEnding ? 'recorded' : 'doubtful' });
  };
  return {
    sinks: {
      transactions: {
        ended: {
          fn: ({ workflowId, runId }, measured, asOf) => {
            said.set(runId, { workflowId, runId, asOf, measured });
          },
          callDuringReplay: false,
        },
      },
    },
    watch: worker => {
      const { evictionsEmitter } = worker as unknown as { readonly evictionsEmitter?: EventEmitter };
      if (evictionsEmitter === undefined)
        throw new Error('this version of @temporalio/worker does not say what becomes of a run: use 1.24');
      evictionsEmitter.on('eviction', letGo);
    },
  };
}
