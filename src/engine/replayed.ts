/**
 * Owns replaying a closed run in this process, where Temporal asks no worker for it any more, or none could answer: its query fails at once
 * where the run was ended while its workflow tasks failed, from the third try on (server 1.32, `queryworkflow/api.go`), and a pause may have
 * spoiled its history. What the run had heard after the last task is given to it in one more, of the run's end, which nobody ever had: the
 * workflow cannot tell that from one that came late, and nothing that it asks for is done.
 */
import { temporal } from '@temporalio/proto';
import { type InjectedSinks, Worker } from '@temporalio/worker';
import { type PayloadCipher } from './encryption/cipher';
import { converterOf } from './encryption/converter';
import { type HistoryEvent, bounded } from './ask';
import { type LeftSinks, replayedForLeft } from './facts/leftSink';
import { unspoiled } from './spoiledByPause';
import { ownBundle } from './worker';

/** What it left. @throws DeterminismViolationError, ReplayError where this process's code and the history do not agree; NoAnswerInTime */
export type Replayed = (workflowId: string, events: readonly HistoryEvent[]) => Promise<unknown>;

const replayedWithinMs = 30_000;

/** One at a time: each has a thread of its own, with all of the workflows' code. */
export function replayer(cipher: PayloadCipher): Replayed {
  let before: Promise<unknown> = Promise.resolve();
  return (workflowId, events) => {
    const replayed = before.then(() => bounded(replayedWithinMs, replay(cipher, workflowId, events)));
    before = replayed.catch(() => undefined); // told to whoever asked for it
    return replayed;
  };
}

async function replay(
  cipher: PayloadCipher,
  workflowId: string,
  events: readonly HistoryEvent[],
): Promise<unknown> {
  let told: unknown;
  const tell = (_info: unknown, left: unknown): void => {
    told = left;
  };
  const sinks: InjectedSinks<LeftSinks> = { left: { tell: { fn: tell, callDuringReplay: true } } };
  const options = {
    ...converterOf(cipher),
    workflowBundle: await ownBundle(cipher),
    replayName: replayedForLeft,
    ...{ sinks, debugMode: false, workflowThreadPoolSize: 1 },
  };
  await Worker.runReplayHistory(options, { events: withLastTask(events) }, workflowId);
  if (told === undefined) throw new Error(`the history of ${workflowId} left nothing`);
  return told;
}

const { EventType: type, TimeoutType: timeout } = temporal.api.enums.v1;

/** The history as it would be had its end not come, and the next task been given out then. @param events the last is its end */
export function withLastTask(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const all = events.slice(0, -1).map(unspoiled);
  const eventTime = events.at(-1)?.eventTime;
  const add = (event: object): number => {
    const eventId = all.length + 1;
    all.push(temporal.api.history.v1.HistoryEvent.fromObject({ ...event, eventId, eventTime }));
    return eventId;
  };
  const open = openTask(all);
  if (open?.started !== undefined)
    add({
      eventType: type.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
      workflowTaskTimedOutEventAttributes: {
        scheduledEventId: open.scheduled.eventId,
        startedEventId: open.started.eventId,
        timeoutType: timeout.TIMEOUT_TYPE_START_TO_CLOSE,
      },
    });
  const isDue = open !== undefined && open.started === undefined;
  const scheduledEventId = isDue
    ? open.scheduled.eventId
    : add({
        eventType: type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        workflowTaskScheduledEventAttributes: { attempt: 1 },
      });
  add({
    eventType: type.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    workflowTaskStartedEventAttributes: { scheduledEventId },
  });
  return all;
}

interface OpenTask {
  readonly scheduled: HistoryEvent;
  readonly started?: HistoryEvent;
}

/** That has not come to an end. */
function openTask(events: readonly HistoryEvent[]): OpenTask | undefined {
  let open: OpenTask | undefined;
  for (const event of events) {
    if (event.workflowTaskScheduledEventAttributes != null) open = { scheduled: event };
    else if (event.workflowTaskStartedEventAttributes != null)
      open = open === undefined ? undefined : { ...open, started: event };
    else if (isTaskEnd(event)) open = undefined;
  }
  return open;
}

function isTaskEnd(event: HistoryEvent): boolean {
  return (
    event.workflowTaskCompletedEventAttributes != null ||
    event.workflowTaskFailedEventAttributes != null ||
    event.workflowTaskTimedOutEventAttributes != null
  );
}
