/**
 * Owns taking a transaction up again that ended abnormally in Temporal (terminated, failed, timed out), under its own id.
 * It never guesses: without the state that the closed run itself tells, nothing is started.
 *
 * I6: the memo goes on, so the key, the request and the caller stay the transaction's.
 * I10: two recoveries at once start one run: Temporal starts none beside one that runs or has completed.
 */
import { type WorkflowExecutionDescription, WorkflowIdReusePolicy } from '@temporalio/client';
import { askClosed } from './closedRun';
import { type Recovered } from './contract';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { isGone } from '../errors';
import { memoOf } from '../../engine/facts/memo';
import { startedByKey, transactionLabelsKey } from '../../engine/facts/searchAttributes';
import { howInterrupted, runState } from '../../engine/facts/status';
import { takenUpAttributes } from '../../engine/startAttributes';
import { describe } from './read';
import { startRun } from './startRun';

/** @throws EngineUnavailable, StartUnknown where Temporal does not answer: recovering again is harmless */
export async function recover(engine: Engine, id: string): Promise<Recovered> {
  try {
    const found = await describe(engine, id);
    if (runState(found.status.name) === 'ended') return { is: 'ended' };
    const why = howInterrupted(found.status.name);
    return why === undefined ? { is: 'running' } : await takeUp(engine, found, why);
  } catch (error) {
    if (isGone(error)) return { is: 'unknown' };
    if (isNotFound(error)) return { is: 'unknown' }; // its retention ended meanwhile
    throw error;
  }
}

async function takeUp(engine: Engine, closed: WorkflowExecutionDescription, why: string): Promise<Recovered> {
  const answer = await askClosed(engine, closed, { mayReplay: true });
  if (answer.is !== 'left') return answer;
  const { workflowId: id, runId: from } = closed;
  const { stored, progress } = answer.left;
  if ((await describe(engine, id)).runId !== from) return { is: 'running' }; // somebody else was quicker
  const runId = await startRun(engine, id, {
    input: { version: 2, stored, from, why },
    memo: { ...memoOf(closed), progress },
    listedBy: takenUpAttributes(engine, listedBefore(closed)),
    reuse: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
  });
  return runId === undefined ? { is: 'running' } : { is: 'recovered', runId };
}

function listedBefore({
  typedSearchAttributes: listed,
}: WorkflowExecutionDescription): Parameters<typeof takenUpAttributes>[1] {
  return { labels: listed.get(transactionLabelsKey), caller: listed.get(startedByKey) };
}
