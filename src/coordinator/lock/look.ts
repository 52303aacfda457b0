/**
 * Owns looking whether a transaction's workflow runs: on its behalf a lock is granted, kept or given back.
 *
 * I12: one that was ended from outside keeps what it holds, unless its history proves that it has asked nobody for a vote: then it
 * never used the lock and never will, since it rolls back when it is taken up again (`resume.ts`).
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type Looked } from '../../protocol/lock/events';
import { type LockActivities } from '../../protocol/lock/steps';
import { type Ms } from '../../protocol/wire/phases';
import { isOneOf, membersOf } from '../../protocol/wire/shapes';
import { type HistoryEvent, describeRun, inputIn, oldestEvents } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable, isNotFound } from '../../engine/errors';
import { isTransaction } from '../../engine/facts/memo';
import { isOpen, runState } from '../../engine/facts/status';
import { mayHaveAskedWithinTask } from './firstTask';

/** Well below the time that a lock's workflow task may take. */
const answerWithinMs = 1500;
const shortestMs = 100;
/** One that only acquires has no more, but for very many locks. */
const mostEvents = 1000;

/** Of any coordinator in the namespace: they share the locks. `unread` where Temporal does not answer. */
export async function lookAt(engine: Engine, transactionId: string): Promise<Looked['saw']> {
  const answerBy = Date.now() + answerWithinMs;
  try {
    const description = await describeRun(engine, transactionId, answerWithinMs);
    const { status } = description;
    if (!isTransaction(description)) return 'unknown'; // another program's workflow has the id
    if (isOpen(status.name)) return 'running'; // a paused one as well: it goes on, and needs its locks (I12)
    if (runState(status.name) === 'ended') return 'ended';
    return (await hasAskedNobody(engine, description, answerBy)) ? 'ended' : 'interrupted';
  } catch (error) {
    if (isNotFound(error)) return 'unknown';
    if (error instanceof EngineUnavailable) return 'unread';
    throw error;
  }
}

/** Until it has its locks. */
const harmless: readonly string[] = ['acquireLocks', 'releaseLocks'] satisfies (keyof LockActivities)[];

/** Of a run that has closed. False where that cannot be told: what a run before it did stands in no history of this one. */
async function hasAskedNobody(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  answerBy: Ms,
): Promise<boolean> {
  const withinMs = Math.max(answerBy - Date.now(), shortestMs);
  const { events, all } = await oldestEvents(engine, closed, { count: mostEvents, withinMs });
  const input = inputIn(events);
  const maybe = membersOf(input)['version'] === 7 && mayHaveAskedWithinTask(events);
  const beginsWithLocks = hasLocks(input);
  const called = events.flatMap(each => each.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  const asked = called.some(name => !harmless.includes(name));
  return all && beginsWithLocks && !asked && !maybe && !mayHaveBegun(events);
}

/** The versions of an input are in `workflows/transaction/input.ts`. */
function hasLocks(input: unknown): boolean {
  const { version, accepted } = membersOf(input);
  return isOneOf([3, 5, 7], version) || (version === 6 && membersOf(accepted)['locks'] !== undefined);
}

/** A grant that came after the last workflow task: taken up again, it goes by what that would have begun, and rolls everyone back. */
function mayHaveBegun(events: readonly HistoryEvent[]): boolean {
  const last = events.findLastIndex(each => each.workflowTaskCompletedEventAttributes != null);
  return events
    .slice(last + 1)
    .some(
      each =>
        each.workflowExecutionSignaledEventAttributes != null ||
        each.activityTaskCompletedEventAttributes != null,
    );
}
