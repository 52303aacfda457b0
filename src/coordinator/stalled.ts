/**
 * Owns seeing that a workflow stands still because its tasks keep failing: it cannot know that itself, and Temporal refuses its
 * queries. `describe` tells, which is asked anyway; only then is the newest of its history looked at, for what went wrong.
 *
 * I11: what a worker says of a failure may quote payloads, so of its message only what comes before a value is passed on.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type StalledDocument } from '../protocol/client/document';
import { given } from '../protocol/wire/given';
import { plain } from '../protocol/wire/plainText';
import { shortened } from '../protocol/wire/shortened';
import { type Ms } from '../protocol/wire/phases';
import { type HistoryEvent, newestEvents } from '../engine/ask';
import { type Engine } from '../engine/engine';
import { spoiledAt } from '../engine/spoiledByPause';
import { rfc3339 } from '../engine/facts/time';
import { wayOutOfSpoiled } from './spoiled';

type FailedTask = NonNullable<HistoryEvent['workflowTaskFailedEventAttributes']>;

/** Twice in a row it was not a worker that died: from then on Temporal refuses queries of the workflow as well. */
const failingFrom = 3;

/** What the task has been through is the newest that history tells; signals and answers may have come after it. */
const looked = 30;
/** Where that is not among them, or the SDK says that no such history can be: as many may have come since it was spoiled. */
const lookedAgain = 1000;
const noSuchHistory = /^Error: Fatal error in workflow machines\b/;
const lookWithinMs = 800;
const longest = 300;

/** Which try of its workflow task is under way or comes next, where the ones before keep failing. */
function failingTry({ raw }: WorkflowExecutionDescription): number | undefined {
  const nth = raw.pendingWorkflowTask?.attempt ?? 0;
  return nth >= failingFrom ? nth : undefined;
}

export function isStalled(description: WorkflowExecutionDescription): boolean {
  return failingTry(description) !== undefined;
}

/** Undefined where its tasks do not fail. @throws EngineUnavailable */
export async function stallOf(
  engine: Engine,
  description: WorkflowExecutionDescription,
  withinMs: Ms = lookWithinMs,
): Promise<StalledDocument | undefined> {
  const nth = failingTry(description);
  if (nth === undefined) return undefined;
  const near = await newestEvents(engine, description, { count: looked, withinMs });
  const events = isLongAgo(near)
    ? await newestEvents(engine, description, { count: lookedAgain, withinMs })
    : near;
  const last = lastTask(events);
  const error = errorOf(last);
  return {
    ...given({ since: rfc3339(last?.eventTime), by: error.by }),
    tries: nth - 1,
    error: { code: error.code, message: error.message },
    ...(wayOutOfSpoiled(engine, description, events) ?? {
      whatToDo: whatToDo(error, engine, description.workflowId),
    }),
  };
}

/** What went wrong is not among these. @param near the newest events, the newest first */
function isLongAgo(near: readonly HistoryEvent[]): boolean {
  const last = lastTask(near);
  if (last === undefined) return near.length >= looked;
  return spoiledAt(near) === undefined && noSuchHistory.test(errorOf(last).message);
}

function lastTask(events: readonly HistoryEvent[]): HistoryEvent | undefined {
  return events.find(
    each =>
      each.workflowTaskFailedEventAttributes != null || each.workflowTaskTimedOutEventAttributes != null,
  );
}

export function stallInWords({ tries, error, by, whatToDo }: StalledDocument): string {
  const whose = by === undefined ? '' : ` at ${by}`;
  return `its workflow tasks keep failing (${String(tries)} so far${whose}): ${error.message}; ${whatToDo}`;
}

interface StallError {
  readonly code: StalledDocument['error']['code'];
  readonly message: string;
  readonly by?: string;
}

/**
 * temporal.api.enums.v1.WorkflowTaskFailedCause: what a worker says itself. Any other is Temporal's word on what the worker made of the
 * task; `forceClosed` where more messages came meanwhile than it keeps.
 */
const unspecified = 0;
const workerFailed = 14;
const nonDeterministic = 24;
const forceClosed = 17;

function errorOf(event: HistoryEvent | undefined): StallError {
  const failed = event?.workflowTaskFailedEventAttributes;
  if (failed == null) return { code: 'timedOut', message: 'no worker finishes its workflow task in time' };
  const message = plain(messageOf(failed));
  const by = given({ by: plain(failed.identity ?? '') || undefined });
  switch (Number(failed.cause)) {
    case unspecified:
    case workerFailed:
      return { code: 'failed', message, ...by };
    case nonDeterministic:
      return { code: 'nondeterminism', message, ...by };
    case forceClosed:
      return { code: 'refused', message: 'more messages came at once than Temporal keeps for a workflow' };
    default:
      return { code: 'refused', message };
  }
}

/** A parser's error quotes what it read; dumps of values and events begin with a brace. */
function messageOf({ failure }: FailedTask): string {
  const type = failure?.applicationFailureInfo?.type || 'Error';
  const [said = ''] = (failure?.message ?? '').split(/[{\n]/);
  const safe = /\bJSON\b/.test(said) ? 'what it read is not valid JSON' : shortened(said.trim(), longest);
  return safe === '' ? type : `${type}: ${safe}`;
}

function whatToDo({ code, by }: StallError, { taskQueue, cliOptions }: Engine, workflowId: string): string {
  const show = `temporal workflow show --workflow-id ${workflowId}${cliOptions}`;
  switch (code) {
    case 'nondeterminism':
      return `its history and the worker's code do not agree: run a worker of the version that it was last on (docs/UPGRADING.md), and it goes on; ${show}`;
    case 'timedOut':
      return `look for workers of task queue "${taskQueue}" that are frozen, overloaded or end again and again; it goes on with the first that finishes its task; ${show}`;
    case 'refused':
      return `that is why Temporal does not take what its worker made of the task: put it right, and the next try, which may be minutes away, goes on; ${show}`;
    case 'failed':
      return `if ${by ?? 'the worker'} is no worker of this coordinator, take it off task queue "${taskQueue}"; else its log says more, and a mended worker goes on with it; ${show}`;
  }
}
