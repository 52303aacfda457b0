/** Owns what the workflow of another program asks, of which a transaction is the child: whether it may begin, and how it ended where its own run did not say. */
import { ApplicationFailure } from '@temporalio/common';
import { type ChildTools, acceptChild } from '../../src/coordinator/transaction/child';
import { read } from '../../src/coordinator/transaction/read';
import { ExpiredTransaction, ForeignWorkflow, UnknownTransaction } from '../../src/coordinator/errors';
import { type Engine } from '../../src/engine/engine';
import { type ChildActivities } from '../../src/protocol/transaction/asChild';
import { type TransactionDocument } from '../../src/protocol/client/document';

export function createChildActivities(tools: ChildTools): ChildActivities {
  return {
    acceptChild: input => Promise.resolve(acceptChild(tools, input)),
    endOfChild: ({ id }) => endOf(tools.engine, id),
  };
}

/** Of whichever of its runs ended it. */
async function endOf(engine: Engine, id: string): Promise<TransactionDocument> {
  const { document } = await read(engine, id).catch((error: unknown) => {
    const isGone = gone.some(kind => error instanceof kind);
    throw isGone ? ApplicationFailure.nonRetryable((error as Error).message, (error as Error).name) : error;
  });
  if (document.endedAt !== undefined) return document;
  throw ApplicationFailure.retryable(`the transaction has not ended: it is ${document.state}`, 'NotEnded');
}

const gone = [UnknownTransaction, ExpiredTransaction, ForeignWorkflow] as const;
