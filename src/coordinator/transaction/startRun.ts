/** Owns the options of a run of the workflow: the first one of a transaction, and one that takes it up again. */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { type SearchAttributePair } from '@temporalio/common';
import { type TransactionInput } from '../../../workflows/transaction/input';
import { transactionWorkflow } from '../../../workflows/transaction/messages';
import { within, workflowTaskTimeout } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isAboutSearchAttributes, mayHaveArrived } from '../../engine/errors';
import { type Memo, type StartMemo } from '../../engine/facts/memo';
import { StartUnknown } from '../errors';
import { type Ms } from '../../protocol/wire/phases';
import { unlinked } from '../../protocol/wire/plainText';
import { hostOf } from '../../protocol/wire/urls';

/** Of one call. */
export const tryWithinMs = 2900;

export interface Run {
  readonly input: TransactionInput;
  readonly memo: Memo;
  /** Search attributes to begin with. */
  readonly listedBy: readonly SearchAttributePair[];
  readonly reuse: WorkflowIdReusePolicy;
  readonly withinMs?: Ms;
}

/**
 * The id of the run; undefined where there is one already that `reuse` does not allow another beside.
 *
 * @throws StartUnknown where it was handed over and nobody knows what became of it; anything else was refused
 */
export async function startRun(engine: Engine, id: string, run: Run): Promise<string | undefined> {
  try {
    return await within(engine, run.withinMs ?? tryWithinMs, () => beginListed(engine, id, run));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    if (mayHaveArrived(error)) throw new StartUnknown(id, { cause: error });
    throw error;
  }
}

/**
 * That a transaction is not found by its labels is no reason not to start it: somebody has removed a search attribute since this
 * process looked, or Temporal, where it has just been registered, does not know it everywhere yet.
 */
async function beginListed(engine: Engine, id: string, run: Run): Promise<string> {
  try {
    return await begin(engine, id, run);
  } catch (error) {
    if (run.listedBy.length === 0 || !isAboutSearchAttributes(error)) throw error;
    engine.onUnlisted(error);
    return begin(engine, id, { ...run, listedBy: [] });
  }
}

async function begin(
  { client, taskQueue }: Engine,
  id: string,
  { input, memo, reuse, listedBy }: Run,
): Promise<string> {
  const { firstExecutionRunId } = await client.workflow.start(transactionWorkflow, {
    workflowId: id,
    taskQueue,
    args: [input],
    memo: { ...memo },
    ...(listedBy.length === 0 ? {} : { typedSearchAttributes: [...listedBy] }),
    staticSummary: summaryOf(memo),
    workflowTaskTimeout,
    workflowIdReusePolicy: reuse,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
    requestEagerStart: true,
  });
  return firstExecutionRunId;
}

/** One line, shown under User Metadata in the Web UI and by `temporal workflow describe`. Kept far below 400 bytes. */
export function summaryOf({ participants }: StartMemo): string {
  const shown = participants.slice(0, 3).map(p => `${p.name} at ${hostOf(p.url)}`.slice(0, 100));
  const more = participants.length > shown.length ? ', …' : '';
  const count = `${String(participants.length)} participant${participants.length === 1 ? '' : 's'}`;
  return `${count}: ${unlinked(shown.join(', '))}${more}`;
}
