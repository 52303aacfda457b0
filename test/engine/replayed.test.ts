/** What is made of a closed run's history before it is replayed: its end left out, one more workflow task behind it, and no pause in the way. */
import { temporal } from '@temporalio/proto';
import { type HistoryEvent } from '../../src/engine/ask';
import { withLastTask } from '../../src/engine/replayed';

const { EventType } = temporal.api.enums.v1;

interface Attributes {
  readonly scheduledEventId?: number;
  readonly startedEventId?: number;
  readonly cause?: number;
}

const attributes: Readonly<Record<string, string>> = {
  EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: 'workflowTaskScheduledEventAttributes',
  EVENT_TYPE_WORKFLOW_TASK_STARTED: 'workflowTaskStartedEventAttributes',
  EVENT_TYPE_WORKFLOW_TASK_COMPLETED: 'workflowTaskCompletedEventAttributes',
  EVENT_TYPE_WORKFLOW_TASK_FAILED: 'workflowTaskFailedEventAttributes',
  EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: 'workflowExecutionSignaledEventAttributes',
  EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: 'workflowExecutionTerminatedEventAttributes',
};

function history(...events: readonly (readonly [string, Attributes?])[]): HistoryEvent[] {
  return events.map(([name, of = {}], index) =>
    temporal.api.history.v1.HistoryEvent.fromObject({
      ...{ eventId: index + 1, eventType: `EVENT_TYPE_${name}` },
      [attributes[`EVENT_TYPE_${name}`] ?? 'workflowExecutionStartedEventAttributes']: of,
    }),
  );
}

/** `<id> <type> of <the task that it belongs to>` of those from there on. */
function told(events: readonly HistoryEvent[], from: number): string[] {
  return events.slice(from - 1).map(event => {
    const of =
      event.workflowTaskStartedEventAttributes?.scheduledEventId ??
      event.workflowTaskTimedOutEventAttributes?.scheduledEventId;
    const name = String(EventType[event.eventType ?? 0]).replace('EVENT_TYPE_WORKFLOW_', '');
    return `${String(event.eventId)} ${name}${of === undefined ? '' : ` of ${String(of)}`}`;
  });
}

const begun = [
  ['WORKFLOW_EXECUTION_STARTED'],
  ['WORKFLOW_TASK_SCHEDULED'],
  ['WORKFLOW_TASK_STARTED', { scheduledEventId: 2 }],
] as const;
const completed = ['WORKFLOW_TASK_COMPLETED', { scheduledEventId: 2, startedEventId: 3 }] as const;
const signaled = ['WORKFLOW_EXECUTION_SIGNALED'] as const;
const terminated = ['WORKFLOW_EXECUTION_TERMINATED'] as const;
const scheduled = ['WORKFLOW_TASK_SCHEDULED'] as const;

it('adds a task where none was open', () => {
  const events = withLastTask(history(...begun, completed, signaled, terminated));
  expect(told(events, 5)).toEqual(['5 EXECUTION_SIGNALED', '6 TASK_SCHEDULED', '7 TASK_STARTED of 6']);
});

it('begins the one that waited for a worker', () => {
  const events = withLastTask(history(...begun, completed, scheduled, signaled, terminated));
  expect(told(events, 5)).toEqual(['5 TASK_SCHEDULED', '6 EXECUTION_SIGNALED', '7 TASK_STARTED of 5']);
});

it('gives up the one that a worker had, and adds another', () => {
  const events = withLastTask(
    history(...begun, completed, scheduled, ['WORKFLOW_TASK_STARTED', { scheduledEventId: 5 }], terminated),
  );
  expect(told(events, 6)).toEqual([
    ...['6 TASK_STARTED of 5', '7 TASK_TIMED_OUT of 5'],
    ...['8 TASK_SCHEDULED', '9 TASK_STARTED of 8'],
  ]);
});

it('adds one after a task that failed', () => {
  const failed = ['WORKFLOW_TASK_FAILED', { scheduledEventId: 2, startedEventId: 3, cause: 9 }] as const;
  const events = withLastTask(history(...begun, failed, signaled, terminated));
  expect(told(events, 4)).toEqual([
    ...['4 TASK_FAILED', '5 EXECUTION_SIGNALED', '6 TASK_SCHEDULED', '7 TASK_STARTED of 6'],
  ]);
});

it('takes the task that a pause has failed before it began for one that nobody took', () => {
  const paused = ['WORKFLOW_TASK_FAILED', { scheduledEventId: 5, cause: 39 }] as const;
  const events = withLastTask(history(...begun, completed, scheduled, paused, signaled, terminated));
  expect(told(events, 5)).toEqual([
    ...['5 TASK_SCHEDULED', '6 TASK_TIMED_OUT of 5', '7 EXECUTION_SIGNALED'],
    ...['8 TASK_SCHEDULED', '9 TASK_STARTED of 8'],
  ]);
});
