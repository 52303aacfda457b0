/**
 * Owns what a retry is answered with: the document once everybody who was outstanding has been called again, counted from nothing. The
 * workflow answers before that, since Temporal has to end the calls of before first.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { describeRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Ms } from '../../protocol/wire/phases';
import { EngineUnavailable } from '../errors';
import { pause } from '../pause';
import { type PendingCall, pendingCalls } from './pending';
import { read } from './read';

/** Who waits for the next attempt is called again in a tenth of it; a request that is under way hears of its end with a heartbeat. */
const calledAgainWithinMs: Ms = 1000;
const pauseMs: Ms = 40;

/** @param before the calls that were open. Undefined where they end later than an answer is due, or nobody tells */
export async function retried(
  engine: Engine,
  id: string,
  before: readonly PendingCall[],
): Promise<TransactionDocument | undefined> {
  const old = new Set(
    before.flatMap(({ participant, activity }) => (participant === undefined ? [] : activity.activityId)),
  );
  const by = Date.now() + calledAgainWithinMs;
  try {
    while (isUnderWay(await describeRun(engine, id, Math.max(by - Date.now(), pauseMs)), old)) {
      if (Date.now() + pauseMs >= by) return undefined;
      await pause(pauseMs);
    }
    const { document, partial } = await read(engine, id);
    return partial === true ? undefined : document;
  } catch (error) {
    if (error instanceof EngineUnavailable || isNotFound(error)) return undefined; // the retry itself is taken
    throw error;
  }
}

/** A call of before is open, or the workflow has yet to make one in its place. */
function isUnderWay(
  description: WorkflowExecutionDescription,
  old: ReadonlySet<string | null | undefined>,
): boolean {
  if (description.raw.pendingWorkflowTask != null) return true;
  return pendingCalls(description).some(({ activity }) => old.has(activity.activityId));
}
