/** Owns a Temporal that is there already: named by address and namespace, and nothing of it is started, killed or frozen. */
import { Client, Connection } from '@temporalio/client';
import { UsageError } from '../../src/command/output';

export interface Cluster {
  /** Without TLS. */
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
}

/** Where coordinators find Temporal, and who they are there. */
export interface Engine extends Cluster {
  /** Stands in each transaction's id: another run's keys are not this one's. */
  readonly coordinatorId: string;
}

const answerWithinMs = 10_000;

/** @throws UsageError where it does not answer, has no such namespace, or transactions are under way there, which a run would disturb */
export async function demandCluster(cluster: Cluster): Promise<Engine> {
  const { host, port, namespace } = cluster;
  const at = `namespace ${namespace} of ${host}:${port}`;
  const open = await openTransactions(cluster).catch((error: unknown) => {
    throw new UsageError(`${at} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (open > 0)
    throw new UsageError(
      `${open} transactions and locks are open in ${at}: chaos wants a namespace of its own (--namespace)`,
    );
  const coordinatorId = `chaos${Date.now().toString(36)}`;
  return { host: host.replace(/^\[|\]$/g, ''), port, namespace, coordinatorId };
}

async function openTransactions({ host, port, namespace }: Cluster): Promise<number> {
  const address = `${host}:${port}`;
  const connection = await Connection.connect({ address, connectTimeout: answerWithinMs });
  try {
    return await connection.withDeadline(Date.now() + answerWithinMs, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const client = new Client({ connection, namespace });
      const { count } = await client.workflow.count(
        'WorkflowType IN ("transaction", "lock") AND CloseTime IS NULL',
      );
      return count;
    });
  } finally {
    await connection.close();
  }
}
