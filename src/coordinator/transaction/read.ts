/**
 * Owns reading a transaction. A running one is asked by query, with a deadline, since a query with no worker never answers;
 * `describe` adds what the pending calls know, and is the answer when no worker is there. A closed one is its result, which
 * needs no worker.
 */
import { type WorkflowExecutionDescription, type WorkflowHandle } from '@temporalio/client';
import { statusQuery } from '../../../workflows/transaction/messages';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Ms } from '../../protocol/wire/phases';
import { readId } from '../../protocol/wire/ids';
import { type Reading } from './contract';
import { describedDocument } from './describe';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { ExpiredTransaction, UnknownTransaction } from '../errors';
import { withHolders } from '../lock/whoHolds';
import { describeRun, handleOf, within } from '../../engine/ask';
import { memoOf } from '../../engine/facts/memo';
import { isOwnedBy, type Owner } from '../../engine/facts/owner';
import { runState } from '../../engine/facts/status';
import { overlay, pendingCalls } from './pending';

/** Describe and query together, so that a reader has its answer within a second (PROTOCOL §3). */
const answerWithinMs = 950;
const queryWithinMs = 700;
/** A busy Temporal is waited for longer than a missing worker: there is nothing else to answer from. */
const describeWithinMs = 2300;
/** A worker that is there answers in a tenth of it; so does Temporal where it has just described the run. */
const shortestQueryMs = 200;

/** @throws UnknownTransaction, ExpiredTransaction, EngineUnavailable */
export async function read(engine: Engine, id: string, of?: Owner): Promise<Reading> {
  const began = Date.now();
  const description = await describe(engine, id, of);
  const document = await documentOf(engine, description, began);
  return { document: await withHolders(engine, document) };
}

/**
 * @param of whose it has to be. Nothing more is asked of what is another's than of what is not there, and the answer is the same:
 *   neither it nor its time tells whether an id is somebody's.
 * @throws UnknownTransaction, ExpiredTransaction, EngineUnavailable
 */
export async function describe(
  engine: Engine,
  id: string,
  of?: Owner,
): Promise<WorkflowExecutionDescription> {
  const ours = readId(engine.tag, id);
  if (ours === undefined) throw new UnknownTransaction(id);
  const found = await describeOrNone(engine, id);
  if (found !== undefined && (of === undefined || isOwnedBy(memoOf(found), of))) return found;
  const expired = ours.at !== undefined && Date.now() - ours.at > engine.retentionMs;
  throw expired ? new ExpiredTransaction(id) : new UnknownTransaction(id);
}

async function describeOrNone(engine: Engine, id: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await describeRun(engine, id, describeWithinMs);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function documentOf(
  engine: Engine,
  description: WorkflowExecutionDescription,
  began: Ms,
): Promise<TransactionDocument> {
  const handle = handleOf(engine, description.workflowId, description.runId);
  const state = runState(description.status.name);
  const left = (ms: Ms): Ms => Math.max(began + ms - Date.now(), shortestQueryMs);
  const answer =
    state === 'running'
      ? await query(engine, handle, Math.min(queryWithinMs, left(answerWithinMs)))
      : state === 'ended'
        ? await within(engine, left(describeWithinMs), () => handle.result() as Promise<TransactionDocument>)
        : undefined; // nobody can be asked, or it was ended from outside and left no result
  return answer === undefined ? describedDocument(description) : overlay(answer, pendingCalls(description));
}

/** Undefined where no worker answers in time. */
async function query(
  engine: Engine,
  handle: WorkflowHandle,
  withinMs: Ms,
): Promise<TransactionDocument | undefined> {
  try {
    return await within(engine, withinMs, () => handle.query(statusQuery));
  } catch (error) {
    engine.onQueryFailed(error);
    return undefined;
  }
}
