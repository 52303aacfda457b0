/**
 * Owns what people ask of a transaction through the API: updates of the workflow, the same handlers that signals reach.
 * After the end the document itself says whether the request is the repeat of one that took effect.
 */
import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { abortUpdate, resolveUpdate, retryNowUpdate } from '../../../workflows/transaction/messages';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Coordinator, type Reading } from './contract';
import { handleOf, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isTransient, updateFailure } from '../../engine/errors';
import { ActionConflict, WorkerUnavailable } from '../errors';
import { read } from './read';

const updateWithinMs = 3000;

const updates = { abort: abortUpdate, retryNow: retryNowUpdate, resolve: resolveUpdate } as const;

export type Action =
  | ({ readonly is: 'abort' } & Parameters<Coordinator['abort']>[1])
  | ({ readonly is: 'retryNow' } & Parameters<Coordinator['retryNow']>[1])
  | ({ readonly is: 'resolve' } & Parameters<Coordinator['resolve']>[1]);

/** @throws ActionConflict, WorkerUnavailable, and what `read` throws */
export async function operate(engine: Engine, id: string, action: Action): Promise<Reading> {
  const before = await read(engine, id);
  if (before.document.endedAt !== undefined) return afterTheEnd(before, action);
  refuseUndriven(before.document);
  try {
    return { ...before, document: await update(engine, id, action) };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== undefined) throw reason;
    const after = await read(engine, id); // it may have ended, or been paused, while the update was on its way
    refuseUndriven(after.document);
    if (after.document.endedAt === undefined) throw error;
    return afterTheEnd(after, action);
  }
}

/** @throws ActionConflict where no worker may carry anything out */
function refuseUndriven({ state, paused }: TransactionDocument): void {
  if (paused !== undefined)
    throw new ActionConflict(
      `the transaction is paused in Temporal, and takes no action until: ${paused.unpause}`,
    );
  if (state === 'interrupted')
    throw new ActionConflict(
      'the transaction was ended from outside in Temporal and has not been taken up again',
    );
}

function update(engine: Engine, id: string, { is, ...argument }: Action): Promise<TransactionDocument> {
  const handle = handleOf(engine, id);
  return within(engine, updateWithinMs, () => handle.executeUpdate(updates[is], { args: [argument] }));
}

function reasonOf(error: unknown): Error | undefined {
  const refused = updateFailure(error);
  if (refused?.type === 'Conflict' || refused?.type === 'BadMessage')
    return new ActionConflict(refused.message);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isTransient(error)) {
    return new WorkerUnavailable(
      'no worker answered: the request may still take effect; read the transaction, or repeat it',
      {
        cause: error,
      },
    );
  }
  return undefined;
}

function afterTheEnd(reading: Reading, action: Action): Reading {
  if (tookEffect(reading.document, action)) return reading;
  throw new ActionConflict(`the transaction has ended ${reading.document.status}`);
}

function tookEffect(document: TransactionDocument, action: Action): boolean {
  switch (action.is) {
    case 'abort':
      return document.reason?.code === 'aborted';
    case 'retryNow':
      return document.actions?.some(a => a.action === 'retryNow' && a.ignored === undefined) ?? false;
    case 'resolve':
      return document.participants.some(
        p => p.name === action.participant && p.forced?.outcome === action.outcome,
      );
  }
}
