/**
 * Owns why a lock gives no answer, or none of ours: looked up only then. Another program's workflow may have its id in Temporal, or
 * its workflow tasks may keep failing.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { lockWorkflow, lockWorkflowId } from '../../../workflows/lock/messages';
import { describeRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable, isNotFound } from '../../engine/errors';
import { isOpen } from '../../engine/facts/status';
import { ForeignWorkflow, WorkerUnavailable } from '../errors';
import { stallInWords, stallOf } from '../stalled';

const describeWithinMs = 1000;

/** Undefined where nothing is known to stand in the way. @throws EngineUnavailable */
export async function inTheWay(
  engine: Engine,
  resource: string,
): Promise<ForeignWorkflow | WorkerUnavailable | undefined> {
  const found = await find(engine, resource);
  if (found === undefined || !isOpen(found.status.name)) return undefined;
  if (found.type !== lockWorkflow) return new ForeignWorkflow(lockWorkflowId(resource), found.type);
  const stalled = await stallOf(engine, found);
  return stalled === undefined
    ? undefined
    : new WorkerUnavailable(`the lock stands still: ${stallInWords(stalled)}`);
}

/** Whose answer was none of a lock's, whatever its workflow is called. */
export async function strangerAt(engine: Engine, resource: string): Promise<ForeignWorkflow> {
  const found = await find(engine, resource);
  return new ForeignWorkflow(lockWorkflowId(resource), found?.type ?? 'unknown');
}

/** The last workflow of this id was another program's, and has closed: the lock is free. */
export async function isStrangersPast(engine: Engine, resource: string): Promise<boolean> {
  const found = await find(engine, resource);
  return found !== undefined && found.type !== lockWorkflow && !isOpen(found.status.name);
}

/** Undefined where there is none, or Temporal does not say: the error that led here is then all there is. */
async function find(engine: Engine, resource: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await describeRun(engine, lockWorkflowId(resource), describeWithinMs);
  } catch (error) {
    if (isNotFound(error) || error instanceof EngineUnavailable) return undefined;
    throw error;
  }
}
