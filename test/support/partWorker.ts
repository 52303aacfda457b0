/**
 * Owns workers of which a test needs a part, or one that can be cut off: workflows or activities alone, through an address
 * of the test's choosing.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { createNotificationActivities } from '../../activities/notification';
import { createActivities } from '../../activities/transaction';
import { readConfig } from '../../src/config/readConfig';
import { createOutbound } from '../../src/outbound';
import { bundlePath } from '../../src/engine/bundle';
import { identityOf } from '../../src/engine/pollers';
import { createWorker } from '../../src/engine/worker';
import { type Proxy, startProxy } from './proxy';

export interface PartWorker {
  readonly stop: () => Promise<void>;
}

export async function startPartWorker(options: {
  readonly taskQueue: string;
  readonly runs: 'workflows' | 'activities' | 'both';
  readonly address?: string;
  /** Default: that of a worker of a coordinator. */
  readonly identity?: string;
  /** Activities of the test's own, in the place of ours. */
  readonly instead?: Readonly<Record<string, (input: never) => Promise<unknown>>>;
}): Promise<PartWorker> {
  const address = options.address ?? process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address });
  const outbound = createOutbound({ allowed: readConfig({}).allowedParticipants });
  const tools = { outbound, log: () => undefined, wake: () => Promise.resolve() };
  const activities = {
    ...createActivities(tools),
    ...createNotificationActivities(tools),
    ...options.instead,
  };
  const common = {
    ...{ connection, namespace: 'default', taskQueue: options.taskQueue },
    identity: options.identity ?? identityOf('part'),
  };
  const worker =
    options.runs === 'both'
      ? await createWorker({ ...common, activities })
      : await Worker.create({
          ...common,
          ...(options.runs === 'activities' ? { activities } : { workflowBundle: { codePath: bundlePath } }),
        });
  const run = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await run;
      await outbound.close();
      await connection.close();
    },
  };
}

/** A TCP path to Temporal that can be cut: to Temporal, whoever uses it is then dead. */
export function startLink(to = process.env['TEST_TEMPORAL_ADDRESS'] ?? ''): Promise<Proxy> {
  const [host = '', port = ''] = to.split(':');
  return startProxy({ host, port: Number(port) });
}
