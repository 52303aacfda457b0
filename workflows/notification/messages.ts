/** Owns the name of the workflow that tells a receiver of one event of one transaction (PROTOCOL §4), and what can be said to it. */
import { defineSignal } from '@temporalio/workflow';

export const notificationWorkflow = 'notification';

/** Says nothing: Temporal gives whatever is signalled a workflow task, and so its first one, where it never had one (`transaction/tell.ts`). */
export const wakeSignal = defineSignal('wake');
