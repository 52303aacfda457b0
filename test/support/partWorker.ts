/**
 * Owns workers of which a test needs a part, or one that can be cut off: workflows or activities alone, through an address
 * of the test's choosing.
 */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/transaction';
import { readConfig } from '../../src/config/readConfig';
import { createOutbound } from '../../src/outbound';
import { bundlePath } from '../../src/engine/bundle';
import { createWorker } from '../../src/engine/worker';

export interface PartWorker {
  readonly stop: () => Promise<void>;
}

export async function startPartWorker(options: {
  readonly taskQueue: string;
  readonly runs: 'workflows' | 'activities' | 'both';
  readonly address?: string;
}): Promise<PartWorker> {
  const address = options.address ?? process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address });
  const outbound = createOutbound({ allowed: readConfig({}).allowedParticipants });
  const activities = createActivities({ outbound, log: () => undefined });
  const common = { connection, namespace: 'default', taskQueue: options.taskQueue };
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

export interface Link {
  readonly address: string;
  /** Nothing passes any more, in either direction; what is sent meanwhile is lost. */
  readonly cut: () => void;
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

/** A TCP path to Temporal that can be cut: to Temporal, whoever uses it is then dead. */
export async function startLink(to = process.env['TEST_TEMPORAL_ADDRESS'] ?? ''): Promise<Link> {
  const [host = '', port = ''] = to.split(':');
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer(near => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(into);
      from.on('error', () => into.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    heal: () => {
      whole = true;
    },
    close: () =>
      new Promise(resolve => {
        cut();
        server.close(() => {
          resolve();
        });
      }),
  };
}
