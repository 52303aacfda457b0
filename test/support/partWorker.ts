/**
 * Owns workers of which a test needs a part, or one that can be cut off: workflows or activities alone, through an address
 * of the test's choosing.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { createNotificationActivities } from '../../activities/notification';
import { createActivities } from '../../activities/transaction';
import { readConfig } from '../../src/config/readConfig';
import { createOutbound } from '../../src/outbound';
import { identityOf } from '../../src/engine/pollers';
import { type WorkerSettings, createWorker } from '../../src/engine/worker';
import { type TestCoordinator, startCoordinator } from './coordinator';
import { type Participants, startParticipants } from './participants';
import { type Proxy, startProxy } from './proxy';

export interface PartWorker {
  readonly stop: () => Promise<void>;
}

/** It polls for none. */
const none = {} as WorkerSettings['activities'];

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
    options.runs === 'activities'
      ? await Worker.create({ ...common, activities })
      : await createWorker({ ...common, activities: options.runs === 'both' ? activities : none });
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

export interface LinkedWorld {
  readonly link: Proxy;
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
}

/** An API that reaches Temporal by way of a link, with a worker that does not. Called where tests are declared, as `useWorld`. */
export function useLinkedApi(): LinkedWorld {
  const world: { -readonly [Member in keyof LinkedWorld]?: LinkedWorld[Member] } = {};
  let close: () => Promise<void>;
  beforeAll(async () => {
    const participants = (world.participants = await startParticipants());
    const link = (world.link = await startLink());
    const dtc = (world.dtc = await startCoordinator({ temporalAddress: link.address, apiOnly: true }));
    const worker = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'both' });
    close = async () => {
      link.mend();
      await dtc.close();
      await worker.stop();
      await link.close();
      await participants.close();
    };
    await dtc.run([participants.url('warm')]);
  });
  afterAll(() => close());
  return world as LinkedWorld;
}

/** For each test a worker that is lost to Temporal once its link is cut. @param world with no worker, until a test starts one */
export function useDoomedWorker(world: Pick<LinkedWorld, 'dtc'>): Pick<LinkedWorld, 'link'> {
  const doomed: { link?: Proxy } = {};
  let close: () => Promise<void>;
  beforeEach(async () => {
    const link = (doomed.link = await startLink());
    const worker = await startPartWorker({
      ...{ taskQueue: world.dtc.taskQueue, runs: 'both', address: link.address },
    });
    close = async () => {
      link.mend(); // a worker that cannot reach Temporal cannot be drained either
      await Promise.all([worker.stop(), world.dtc.stopWorker()]);
      await link.close();
    };
  });
  afterEach(() => close());
  return doomed as Pick<LinkedWorld, 'link'>;
}
