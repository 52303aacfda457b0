/**
 * PROTOCOL §3, §4: what has gone wrong with a workflow's tasks, or has spoiled its history, may be long ago, behind as many signals as came
 * since. How much of a history is asked for is counted here, so Temporal is a fake one.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { stallOf } from '../../src/coordinator/stalled';
import { type HistoryEvent } from '../../src/engine/ask';
import { type Engine } from '../../src/engine/engine';
import { type StalledDocument } from '../../src/protocol/client/document';

interface Looks {
  readonly asked: readonly number[];
}

interface Asked {
  readonly maximumPageSize: number;
}

const pausedBeforeStarted = 39;
const noSuchHistory = 'Fatal error in workflow machines: no such event';

function failed(cause: number, message: string): HistoryEvent {
  const attributes: object = { cause, identity: '7@here', failure: { message } };
  return { workflowTaskFailedEventAttributes: attributes };
}

const signals = (count: number): HistoryEvent[] =>
  Array.from({ length: count }, () => ({ workflowExecutionSignaledEventAttributes: {} }));

/** What is told of a history, the oldest event first, and how many of its events were asked for each time. */
async function stallWith(history: readonly HistoryEvent[]): Promise<StalledDocument & Looks> {
  const newestFirst = history.map((event, nth) => ({ ...event, eventId: nth + 1 })).toReversed();
  const asked: number[] = [];
  const getWorkflowExecutionHistoryReverse = ({ maximumPageSize }: Asked): Promise<unknown> => {
    asked.push(maximumPageSize);
    return Promise.resolve({ history: { events: newestFirst.slice(0, maximumPageSize) } });
  };
  const engine = {
    connection: {
      workflowService: { getWorkflowExecutionHistoryReverse },
      withDeadline: (_at: number, work: () => Promise<unknown>) => work(),
    },
    opened: (events: unknown) => events,
    ...{ namespace: 'default', taskQueue: 'transactions', cliOptions: '' },
  } as unknown as Engine;
  const run = {
    workflowId: 'lock:seat',
    runId: 'r',
    type: 'lock',
    raw: { pendingWorkflowTask: { attempt: 5 } },
  };
  const stalled = await stallOf(engine, run as unknown as WorkflowExecutionDescription);
  if (stalled === undefined) throw new Error('it is not stalled');
  return { ...stalled, asked };
}

const spoiled = [...signals(3), failed(pausedBeforeStarted, 'paused')];

it('is found where the SDK says that no such history can be, and nothing near tells why', async () => {
  const { whatToDo, asked } = await stallWith([...spoiled, ...signals(200), failed(0, noSuchHistory)]);
  expect(whatToDo).toContain('temporal workflow reset --workflow-id lock:seat --run-id r --event-id 4 ');
  expect(asked).toHaveLength(2);
});

it('is not looked for again where it is near, or where it is something else that went wrong', async () => {
  const near = await stallWith([...spoiled, ...signals(5), failed(0, noSuchHistory)]);
  expect(near.whatToDo).toContain('--event-id 4 ');
  expect(near.asked).toHaveLength(1);
  const other = await stallWith([...spoiled, ...signals(200), failed(0, 'I2 broken: the decision changed')]);
  expect(other.whatToDo).toContain('temporal workflow show');
  expect(other.asked).toHaveLength(1);
});

it('is told of the task that failed last, however many signals came between two tries', async () => {
  const broken = failed(0, 'I2 broken: the decision changed');
  const { error, asked } = await stallWith([...signals(3), broken, ...signals(200)]);
  expect(error).toEqual({ code: 'failed', message: 'Error: I2 broken: the decision changed' });
  expect(asked).toHaveLength(2);
});

it('is not looked for again in a history that has no more', async () => {
  const { error, asked } = await stallWith(signals(3));
  expect(error.code).toBe('timedOut');
  expect(asked).toHaveLength(1);
});
