/** Owns a Temporal that is there already: named by address and namespace, and nothing of it is started, killed or frozen. */
import { Client, Connection } from '@temporalio/client';

export interface Cluster {
  /** `host:port`, without TLS. */
  readonly address: string;
  readonly namespace: string;
}

/** Where coordinators find Temporal, and who they are there. */
export interface Engine {
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  /** Stands in each transaction's id: another run's keys are not this one's. */
  readonly coordinatorId: string;
}

const answerWithinMs = 10_000;

/** @throws where it does not answer, has no such namespace, or transactions are under way there, which a run would disturb */
export async function demandCluster({ address, namespace }: Cluster): Promise<Engine> {
  const [, host, port] = /^([\w.-]+|\[[\da-f:]+\]):(\d+)$/i.exec(address) ?? [];
  if (host === undefined) throw new Error(`--cluster takes HOST:PORT, not ${JSON.stringify(address)}`);
  const open = await openTransactions({ address, namespace });
  if (open > 0)
    throw new Error(
      `${open} transactions and locks are open in namespace ${namespace} of ${address}: chaos wants a namespace of its own (--namespace)`,
    );
  const coordinatorId = `chaos${Date.now().toString(36)}`;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), namespace, coordinatorId };
}

async function openTransactions({ address, namespace }: Cluster): Promise<number> {
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
