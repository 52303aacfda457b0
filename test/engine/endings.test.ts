/** What a workflow says of its end counts once it is known that Temporal has taken that task (`src/engine/endings.ts`). */
import { EventEmitter } from 'node:events';
import { type WorkflowInfo } from '@temporalio/workflow';
import { type Worker } from '@temporalio/worker';
import { type Ending, endings } from '../../src/engine/endings';
import { type Measured } from '../../src/protocol/transaction/measured';

const measured: Measured = { status: 'committed', totalMs: 5, phases: [] };

function played(): {
  say: (runId?: string) => void;
  letGo: (reason: number, runId?: string) => void;
  told: Ending[];
} {
  const told: Ending[] = [];
  const { sinks, watch } = endings(ending => told.push(ending));
  const evictionsEmitter = new EventEmitter();
  watch({ evictionsEmitter } as unknown as Worker);
  return {
    told,
    say: (runId = 'r') => {
      void sinks.transactions.ended.fn({ workflowId: 'w', runId } as WorkflowInfo, measured, 9);
    },
    letGo: (reason, runId = 'r') => {
      evictionsEmitter.emit('eviction', { runId, evictJob: { reason } });
    },
  };
}

const [cacheFull, taskNotFound, unhandledCommand, ending] = [1, 6, 7, 10];

it('is told when the run has completed, once however often it is said', () => {
  const { say, letGo, told } = played();
  say();
  say();
  expect(told).toEqual([]);
  letGo(ending);
  letGo(ending);
  expect(told).toEqual([{ workflowId: 'w', runId: 'r', asOf: 9, measured, is: 'recorded' }]);
});

it('is forgotten where Temporal refused the completion, and told of the task that follows', () => {
  const { say, letGo, told } = played();
  say();
  letGo(unhandledCommand);
  expect(told).toEqual([]);
  say();
  letGo(ending);
  expect(told).toHaveLength(1);
});

it.each([taskNotFound, cacheFull, 0])(
  'is in doubt where the run is let go of for another reason (%p)',
  reason => {
    const { say, letGo, told } = played();
    say();
    letGo(reason);
    expect(told).toMatchObject([{ is: 'doubtful' }]);
  },
);

it('is not told of a run that did not end', () => {
  const { say, letGo, told } = played();
  say('other');
  letGo(ending);
  expect(told).toEqual([]);
});

it('starts no worker of an SDK that does not tell', () => {
  expect(() => {
    endings(() => undefined).watch({} as unknown as Worker);
  }).toThrow('use 1.24');
});
