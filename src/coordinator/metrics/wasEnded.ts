/** Owns finding out later whether the task in which a worker ended a transaction was taken by Temporal (`engine/endings.ts`). */
import { newestEvents } from '../../engine/ask';
import { type EndingTask } from '../../engine/endings';
import { type Engine } from '../../engine/engine';
import { completes } from '../../engine/facts/completed';

/** The completion of the last task is among the last few. */
const looked = 50;
const lookWithinMs = 5_000;

/** Undefined where history has no completion of that task (yet). @throws EngineUnavailable */
export async function wasEndedIn(engine: Engine, task: EndingTask): Promise<true | undefined> {
  const events = await newestEvents(engine, task, { count: looked, withinMs: lookWithinMs });
  return events.some(each => completes(each, task.asOf)) ? true : undefined;
}
