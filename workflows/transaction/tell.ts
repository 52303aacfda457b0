/**
 * Owns how a transaction has somebody told of one of its events: by a workflow of its own, which goes on when the transaction has ended.
 *
 * I2, I5: its start is a command of the very completion that makes the event durable; where that is lost, nothing was started.
 * I10: of one event there is one id. Where a run before this one has started it, running, over or given up, it is there: no second one is
 * started, so nobody is told under another id. Temporal starts no child of a run that has closed, so the transaction stays open until
 * the child is there: one workflow task more, for those who are told.
 *
 * Temporal gives a child its first workflow task when its start is recorded of its parent. Where that parent was closed in between (the
 * server had died, or had no answer of its database), the child is there, and nobody would ever have it begin: so who finds it there wakes it.
 */
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  patched,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type NotificationInput, type NotificationMemo } from '../../src/protocol/notification/steps';
import { documentOf } from '../../src/protocol/transaction/document';
import { type Event } from '../../src/protocol/transaction/events';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { notificationType } from '../../src/protocol/wire/notification';
import { unlinked } from '../../src/protocol/wire/plainText';
import { hostOf, redactUrl } from '../../src/protocol/wire/urls';
import { notificationWorkflow, wakeSignal } from '../notification/messages';
import { signalIfThere } from '../signalIfThere';

type Tell = Extract<Wanted, { do: 'tell' }>;

export async function tell(t: Transaction, { key, notice: { event, at } }: Tell): Promise<Event> {
  const { notify } = t.accepted;
  if (notify === undefined) throw new Error(`transaction ${t.id} has nobody to tell`);
  const { url, terms } = notify;
  const notification = { transactionId: t.id, event, at, data: documentOf(t) };
  const input: NotificationInput = { version: 1, url, terms, notification };
  const memo: NotificationMemo = { transaction: t.id, type: notificationType(event), url: redactUrl(url) };
  try {
    await startChild(notificationWorkflow, {
      workflowId: key,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowTaskTimeout: '3s', // as the transaction's
      memo: { ...memo },
      staticSummary: `${notificationType(event)} to ${unlinked(hostOf(url))}`.slice(0, 200),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (isWoken()) await signalIfThere(key, wakeSignal);
  }
  return { type: 'noticeStarted', event };
}

/** Not in histories of before. */
const isWoken = (): boolean => patched('noticesWoken');
