/**
 * Owns what a closed run left: its state, which a worker replays from its history when it is asked, with what was recorded
 * after the last workflow task. A run that cannot be replayed is reported with what to do, never guessed at.
 *
 * I11: what a worker says of a failed replay may quote payloads, so it is not passed on.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type TransactionInput } from '../../../workflows/transaction/input';
import {
  type ClosedRun,
  type LateTimes,
  type LeftBehind,
  leftQuery,
} from '../../../workflows/transaction/messages';
import { type Recovered } from './contract';
import { handleOf, inputIn, newestEvents, wholeHistory, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isAhead, isNotReady, isTimeout } from '../../engine/errors';
import { type Ms } from '../../protocol/wire/phases';
import { wayOutOfSpoiled } from '../spoiled';
import { timesSince } from './lateTimes';
import { leftUnbegun } from './unbegun';

type Answer =
  | { readonly is: 'left'; readonly left: LeftBehind }
  | Extract<Recovered, { readonly is: 'unreplayable' | 'noWorker' }>;

const answerWithinMs = 5000;
/** What can have come after the last workflow task, and what it belongs to. */
const mostLate = 1000;
/** A worker's cached instance may not have seen the end: the first try has it thrown away. */
const tries = 3;

interface Asking {
  readonly withinMs?: Ms;
  /** Where Temporal asks nobody, this process's own worker may replay it, which takes a thread and some seconds. */
  readonly mayReplay?: true;
}

/** @throws what Temporal answers where the fault is neither the run's nor a worker's */
export async function askClosed(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  { withinMs = answerWithinMs, mayReplay }: Asking,
): Promise<Answer> {
  const replayed = mayReplay === true ? engine.replayed : undefined;
  const answerBy = Date.now() + withinMs;
  let times: LateTimes | undefined; // a closed run's history does not change
  for (let nth = 1; nth <= tries; nth += 1) {
    try {
      const leftMs = Math.max(answerBy - Date.now(), 1);
      if (times === undefined) {
        const newest = await newestEvents(engine, closed, { count: mostLate, withinMs: leftMs });
        const spoiled = wayOutOfSpoiled(engine, closed, newest);
        if (spoiled !== undefined)
          return await askSpoiled(engine, closed, { why: spoiled.whatToDo, replayed });
        times = timesSince(newest);
      }
      return { is: 'left', left: await query(engine, closed, { times, withinMs: leftMs }) };
    } catch (error) {
      if (isTimeout(error)) return { is: 'noWorker' };
      if (isNotReady(error)) return askHistory(engine, closed, replayed);
      if (!isAhead(error)) throw error;
    }
  }
  return { is: 'unreplayable', why: whatToDo(engine, closed) };
}

function query(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  { times, withinMs }: { readonly times: LateTimes; readonly withinMs: Ms },
): Promise<LeftBehind> {
  const { workflowId, runId, historyLength, status } = closed;
  const handle = handleOf(engine, workflowId, runId);
  const proof: ClosedRun = { status: status.name, runId, historyLength, times };
  return within(engine, withinMs, () => handle.query(leftQuery, proof));
}

/** No worker of Temporal's can replay it. */
async function askSpoiled(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  { why, replayed }: { readonly why: string; readonly replayed: Engine['replayed'] | undefined },
): Promise<Answer> {
  const answer = await askHistory(engine, closed, replayed);
  return answer.is === 'left' ? answer : { is: 'unreplayable', why };
}

/**
 * Temporal asks no worker for a run of which none has given the first task back: its input is all there is. Nor for one that was ended
 * while its workflow tasks failed again and again: what it left is in its history all the same.
 */
async function askHistory(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  replayed?: Engine['replayed'],
): Promise<Answer> {
  const { workflowId, runId, startTime } = closed;
  const events = await wholeHistory(engine, closed, answerWithinMs);
  if (events.some(event => event.workflowTaskCompletedEventAttributes != null))
    return replayed === undefined
      ? { is: 'noWorker' }
      : askReplayed(engine, closed, () => replayed(workflowId, events));
  const input = inputIn(events) as TransactionInput | undefined;
  if (input === undefined) throw new Error(`run ${runId} of ${workflowId} has no input`);
  const wasGivenOut = events.some(event => event.workflowTaskStartedEventAttributes != null);
  try {
    const left = leftUnbegun(workflowId, input, { at: startTime.getTime(), wasGivenOut });
    return { is: 'left', left };
  } catch {
    return { is: 'unreplayable', why: whatToDo(engine, closed) }; // of a version that only a newer coordinator knows
  }
}

async function askReplayed(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  replayed: () => Promise<unknown>,
): Promise<Answer> {
  try {
    return { is: 'left', left: (await replayed()) as LeftBehind };
  } catch (error) {
    return isTimeout(error) ? { is: 'noWorker' } : { is: 'unreplayable', why: whatToDo(engine, closed) };
  }
}

function whatToDo({ cliOptions }: Engine, { workflowId, runId }: WorkflowExecutionDescription): string {
  return (
    `run ${runId} cannot be replayed by the worker that was asked: its history and that worker's code do not agree. ` +
    "Run a worker of the version that the run was last on (docs/UPGRADING.md): the next sweep takes it up. The worker's log says why; " +
    `temporal workflow show --workflow-id ${workflowId} --run-id ${runId}${cliOptions} shows the history`
  );
}
