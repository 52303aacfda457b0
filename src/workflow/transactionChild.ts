/**
 * Owns starting a transaction as the child of another program's workflow. What is started a worker of the coordinator makes, by one
 * activity: the rules and the settings are its own, and this code, which is part of somebody else's history, is as small as it can be.
 *
 * I1, I10: a transaction outlives its parent. It is left alone where the parent is cancelled, terminated, ends or goes on as new, as one
 * started by HTTP is by a client that goes away; and a parent that is cancelled while it starts one learns its id all the same.
 */
import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  proxyActivities,
  startChild,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { type SearchAttributePair } from '@temporalio/common';
import { type TransactionDocument } from '../protocol/client/document';
import { documentFrom } from '../protocol/client/documentFrom';
import { type Posted } from '../protocol/client/posted';
import {
  type ChildActivities,
  type ChildInput,
  type ChildStart,
  refusedType,
} from '../protocol/transaction/asChild';
import { given } from '../protocol/wire/given';
import { type Ms } from '../protocol/wire/phases';
import { timedBody } from '../protocol/wire/timedId';

export interface ChildOptions {
  /** The coordinator's (`DTC_TASK_QUEUE`), in the namespace of the parent; `transactions`. */
  readonly taskQueue?: string;
  /**
   * Whose it is for the HTTP API: the name of a token, or `jwt:` and a `sub`, who may then read, list and abort it. Operators' alone
   * where absent.
   */
  readonly startedBy?: string;
}

export interface TransactionHandle {
  /** The transaction's, which is the workflow's too: for the HTTP API, the client, and signals (PROTOCOL §4). */
  readonly id: string;
  /**
   * The document once the transaction has ended, however it ended: `rolledback` is no error. Settling with a participant that is away
   * takes as long as that. In a scope that is cancelled it rejects with `CancelledFailure`, and the transaction goes on.
   */
  readonly result: () => Promise<TransactionDocument>;
}

type Run = (input: unknown) => Promise<TransactionDocument>;

/** An acceptance that is older when it arrives is asked for once more: the transaction's time runs from it. */
const freshMs: Ms = 10_000;

/**
 * Resolves once the transaction is started durably, and then it is brought to its end whatever becomes of the parent.
 *
 * @throws ApplicationFailure of type `TransactionRefused`, with what is wrong as its details, where the request is not a valid one or
 *   names what may not be called; CancelledFailure where the scope was cancelled before. Nothing was started then.
 */
export async function transactionChild(
  request: Posted,
  { taskQueue = 'transactions', startedBy }: ChildOptions = {},
): Promise<TransactionHandle> {
  const activities = proxyActivities<ChildActivities>({
    taskQueue,
    startToCloseTimeout: '10s',
    retry: { initialInterval: '500ms', maximumInterval: '30s' },
  });
  const { workflowType: parentType } = workflowInfo();
  const ask = (): Promise<ChildStart> =>
    accepted(activities, { request, parentType, idBody: idBody(), ...given({ startedBy }) });
  const askedAt = Date.now();
  const first = await ask();
  const start = Date.now() - askedAt > freshMs ? await ask() : first;
  const child = await CancellationScope.nonCancellable(() => begin(start, taskQueue));
  return { id: start.id, result: () => unlessCancelled(endOf(child, activities)) };
}

function idBody(): string {
  return timedBody(Date.now(), uuid4().replaceAll('-', ''));
}

async function accepted({ acceptChild }: ChildActivities, input: ChildInput): Promise<ChildStart> {
  const answer = await acceptChild(input);
  if (answer.is === 'accepted') return answer.start;
  const why = answer.problems.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
  throw ApplicationFailure.nonRetryable(
    `the transaction was refused: ${why}`,
    refusedType,
    ...answer.problems,
  );
}

function begin(start: ChildStart, taskQueue: string): Promise<ChildWorkflowHandle<Run>> {
  return startChild<Run>('transaction', {
    workflowId: start.id,
    taskQueue,
    args: [start.input],
    memo: { ...start.memo },
    typedSearchAttributes: start.searchAttributes as SearchAttributePair[],
    staticSummary: start.summary,
    workflowTaskTimeout: start.workflowTaskTimeout,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
  });
}

/** A run that was ended from outside says nothing of its transaction, which another run goes on with: that is no child of ours, and is asked for. */
async function endOf(
  child: ChildWorkflowHandle<Run>,
  { endOfChild }: ChildActivities,
): Promise<TransactionDocument> {
  const id = child.workflowId;
  return (await resultOf(child, id)) ?? endOfChild({ id });
}

async function resultOf(
  child: ChildWorkflowHandle<Run>,
  id: string,
): Promise<TransactionDocument | undefined> {
  try {
    return documentFrom(await child.result(), id);
  } catch (error) {
    if (error instanceof ChildWorkflowFailure) return undefined;
    throw error;
  }
}

/** The child was started where nothing cancels it, so waiting for it would not end either. */
function unlessCancelled<T>(work: Promise<T>): Promise<T> {
  const scope = CancellationScope.current();
  return scope.cancellable ? Promise.race([work, scope.cancelRequested]) : work;
}
