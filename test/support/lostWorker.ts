/** Owns a worker that takes a call and is never heard of again: the pending call is moved to a task queue of its own, and taken there. */
import { randomUUID } from 'node:crypto';
import { type Client } from '@temporalio/client';
import { until } from './until';

const namespace = 'default';

/**
 * Resolves once the next attempt at the pending call is under way, at nobody's.
 * @param call how its id begins, as `prepare p1`
 */
export async function loseNextAttempt(client: Client, workflowId: string, call: string): Promise<void> {
  const id = await pendingCall(client, workflowId, call);
  const queue = { name: `lost-${randomUUID()}` };
  const { connection } = client;
  await connection.workflowService.updateActivityOptions({
    ...{ namespace, execution: { workflowId }, id },
    activityOptions: { taskQueue: queue },
    updateMask: { paths: ['taskQueue.name'] },
  });
  const taken = await connection.withDeadline(Date.now() + 20_000, () =>
    connection.workflowService.pollActivityTaskQueue({ namespace, taskQueue: queue, identity: 'dies' }),
  );
  if (taken.activityId !== id) throw new Error(`took "${taken.activityId}", and not "${id}"`);
}

async function pendingCall(client: Client, workflowId: string, call: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  const look = async (): Promise<string> => {
    const { raw } = await handle.describe();
    const ids = raw.pendingActivities?.map(({ activityId }) => activityId ?? '') ?? [];
    return ids.find(each => each.startsWith(call)) ?? '';
  };
  return until(look, found => found !== '');
}
