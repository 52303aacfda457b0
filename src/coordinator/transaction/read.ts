/**
 * Owns reading a transaction. A running one is asked by query, with a deadline, since a query with no worker never answers;
 * `describe` adds what the pending calls know, and is the answer when no worker is there. A closed one is its result, which
 * needs no worker; one that was ended from outside is what its history proves.
 *
 * I2, I5: nothing is told that Temporal may not have taken yet (`durable.ts`).
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type StatusAnswer, statusQuery } from '../../../workflows/transaction/messages';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Ms } from '../../protocol/wire/phases';
import { readId } from '../../protocol/wire/ids';
import { documentFrom } from '../../protocol/client/documentFrom';
import { type Reading } from './contract';
import { askClosed } from './closedRun';
import { describedDocument } from './describe';
import { isDurable } from './durable';
import { type Engine } from '../../engine/engine';
import { isAhead, isNotFound } from '../../engine/errors';
import { ExpiredTransaction, ForeignWorkflow, UnknownTransaction } from '../errors';
import { withHolders } from '../lock/whoHolds';
import { isStalled, stallOf } from '../stalled';
import { describeRun, handleOf, within } from '../../engine/ask';
import { isTransaction, memoOf } from '../../engine/facts/memo';
import { isOwnedBy, type Owner } from '../../engine/facts/owner';
import { runState } from '../../engine/facts/status';
import { type PendingCall, type Told, overlaid, pendingCalls } from './pending';
import { given } from '../../protocol/wire/given';

/** Describe and query together, so that a reader has its answer within a second (PROTOCOL §3). */
const answerWithinMs = 950;
const queryWithinMs = 700;
/** A busy Temporal is waited for longer than a missing worker: there is nothing else to answer from. Less than two seconds in all. */
const describeWithinMs = 1600;
/** A worker that is there answers in a tenth of it; so does Temporal where it has just described the run. */
const shortestQueryMs = 200;

/** @throws UnknownTransaction, ExpiredTransaction, ForeignWorkflow, EngineUnavailable */
export async function read(engine: Engine, id: string, of?: Owner): Promise<Reading> {
  const { calls: _, ...reading } = await readWithCalls(engine, id, of);
  return reading;
}

/** The calls that were under way as well. @throws as `read` */
export async function readWithCalls(
  engine: Engine,
  id: string,
  of?: Owner,
): Promise<Reading & { readonly calls: readonly PendingCall[] }> {
  const began = Date.now();
  const description = await describe(engine, id, of);
  const { document, ...known } = await readingOf(engine, description, began);
  return { document: await withHolders(engine, document), ...known, calls: pendingCalls(description) };
}

/**
 * @param of whose it has to be. Nothing more is asked of what is another's than of what is not there, and the answer is the same:
 *   neither it nor its time tells whether an id is somebody's.
 * @throws UnknownTransaction, ExpiredTransaction, ForeignWorkflow, EngineUnavailable
 */
export async function describe(
  engine: Engine,
  id: string,
  of?: Owner,
): Promise<WorkflowExecutionDescription> {
  const ours = readId(engine.tag, id);
  if (ours === undefined) throw new UnknownTransaction(id);
  const found = await describeOrNone(engine, id);
  if (found !== undefined && !isTransaction(found)) throw new ForeignWorkflow(id, found.type);
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

async function readingOf(
  engine: Engine,
  description: WorkflowExecutionDescription,
  began: Ms,
): Promise<Reading> {
  const told = await askAsItIs(engine, description, began);
  if (told === 'ahead') return readingWhereAhead(engine, description.workflowId, began);
  const document =
    told === undefined ? describedDocument(engine, description) : overlaid(told, pendingCalls(description));
  const stalled = await stallOf(engine, description);
  if (stalled !== undefined) return { document: { ...document, needsAttention: true, stalled } };
  return { document, ...given({ own: told?.document }), ...partialIf(isPartial(description, told)) };
}

/** It may have been ended in between: then what it left is told, else what is certain. */
async function readingWhereAhead(engine: Engine, id: string, began: Ms): Promise<Reading> {
  const now = await describe(engine, id);
  if (runState(now.status.name) !== 'running') return readingOf(engine, now, began);
  return { document: describedDocument(engine, now), ...partialIf(true) };
}

/** Of one that is paused, stalled or over, `describe` has the news. @param told by the workflow, if it could be asked */
export function isPartial(description: WorkflowExecutionDescription, told: Told | undefined): boolean {
  return told === undefined && runState(description.status.name) === 'running' && !isStalled(description);
}

export function partialIf(partial: boolean): Pick<Reading, 'partial'> {
  return partial ? { partial } : {};
}

/** Undefined where nobody tells more than `describe`; `ahead` where what was told is not recorded. */
export async function askAsItIs(
  engine: Engine,
  description: WorkflowExecutionDescription,
  began: Ms,
): Promise<Told | 'ahead' | undefined> {
  const left = (ms: Ms): Ms => Math.max(began + ms - Date.now(), shortestQueryMs);
  const forQuery = Math.min(queryWithinMs, left(answerWithinMs));
  switch (runState(description.status.name)) {
    case 'running':
      return isStalled(description) ? undefined : query(engine, description, forQuery);
    case 'paused':
      return undefined;
    case 'ended':
      return told(await result(engine, description, left(describeWithinMs)));
    case 'interrupted':
      return told(await leftDocument(engine, description, forQuery));
  }
}

/** Undefined where no worker answers in time, `ahead` where what it answers may not last. */
async function query(
  engine: Engine,
  description: WorkflowExecutionDescription,
  withinMs: Ms,
): Promise<Told | 'ahead' | undefined> {
  const { workflowId: id, runId } = description;
  try {
    const handle = handleOf(engine, id, runId);
    const answer = await within(engine, withinMs, () => handle.query(statusQuery, { asOf: true }));
    return (await isDurable(engine, description, answer)) ? toldIn(answer, id) : 'ahead';
  } catch (error) {
    if (isAhead(error)) return 'ahead'; // the workflow itself refuses it
    engine.onQueryFailed(error);
    return undefined;
  }
}

/** A worker of before answers with the document alone. */
function toldIn(answer: StatusAnswer | TransactionDocument, id: string): Told | undefined {
  if (!('asOf' in answer)) return told(documentFrom(answer, id));
  return told(documentFrom(answer.document, id), answer.open);
}

function told(document: TransactionDocument | undefined, open?: readonly string[]): Told | undefined {
  return document === undefined ? undefined : { document, ...given({ open }) };
}

/** What it has ended with; undefined where that is none of ours: another program's worker may have ended it. */
async function result(
  engine: Engine,
  { workflowId, runId }: WorkflowExecutionDescription,
  withinMs: Ms,
): Promise<TransactionDocument | undefined> {
  const handle = handleOf(engine, workflowId, runId);
  return documentFrom(await within(engine, withinMs, () => handle.result()), workflowId);
}

/**
 * I5: what its own history proves is the run's status, however it was ended, and the one that it is taken up again with. Undefined
 * where no worker replays it.
 */
async function leftDocument(
  engine: Engine,
  closed: WorkflowExecutionDescription,
  withinMs: Ms,
): Promise<TransactionDocument | undefined> {
  try {
    const answer = await askClosed(engine, closed, { withinMs });
    if (answer.is !== 'left') return undefined;
    return describedDocument(engine, {
      ...closed,
      memo: { ...memoOf(closed), progress: answer.left.progress },
    });
  } catch (error) {
    engine.onQueryFailed(error);
    return undefined;
  }
}
