/**
 * Owns what may be told of a workflow's answer to a query. A worker's cached workflow is ahead of history from the moment it was given
 * a task until Temporal has taken what it made of it. Should the run be ended before that, nothing of it has ever been.
 *
 * I2, I5: only what is recorded is told. The answer says which task it comes from (the history length that the task was given with,
 * which is the id of its started event); it is durable once that very task is recorded as completed.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { newestEvents } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { completes } from '../../engine/facts/completed';

/** As many as may have come since the task, and more. */
const looked = 50;
const lookWithinMs = 400;

/**
 * Mostly `describe`, from before the query, tells: there is more history than the task had, and no task is under way. A task that was
 * lost leaves more history too, and another task with it: then, and where the answer is newer than `describe`, history itself is asked.
 */
export async function isDurable(
  engine: Engine,
  description: WorkflowExecutionDescription,
  answer: object,
): Promise<boolean> {
  if (!('asOf' in answer)) return true; // of a worker of before, which does not say
  const asOf = Number(answer.asOf);
  if (description.historyLength > asOf && description.raw.pendingWorkflowTask == null) return true;
  const events = await newestEvents(engine, description, { count: looked, withinMs: lookWithinMs });
  return events.some(each => completes(each, asOf));
}
