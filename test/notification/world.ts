/** Owns what the tests of notifications play on: a coordinator that signs and sweeps, participants, and receivers who verify. */
import { randomBytes } from 'node:crypto';
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { type NotificationLog } from '../../src/telemetry/notificationLog';
import { newTag, sweep } from '../orphans/support/sweeps';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { type Delivery, type Receivers, startReceivers } from '../support/receivers';
import { until } from '../support/until';

export const secret = `whsec_${randomBytes(32).toString('base64')}`;

/** An hour's waits at a thousandth. */
const notifying = { timeoutMs: 600, initialMs: 20, maxMs: 3_600, forMs: 60_000 };

export interface NotifyWorld {
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
  readonly receivers: Receivers;
  /** What came of the requests for a transaction, in order. */
  resultsOf(id: string): string[];
  /** The deliveries of a transaction, once there are as many. */
  told(id: string, count?: number): Promise<Delivery[]>;
  /** What a sweep lists of a transaction. */
  undelivered(id: string): Promise<OrphansDocument['findings']>;
}

export function useNotifications(): NotifyWorld {
  const seen: NotificationLog[] = [];
  const world: { -readonly [K in keyof NotifyWorld]?: NotifyWorld[K] } = {
    resultsOf: id => seen.filter(({ transactionId }) => transactionId === id).map(({ result }) => result),
    told: (id, count = 1) =>
      until(
        () => world.receivers?.of(id) ?? [],
        all => all.length >= count,
      ),
    undelivered: async id => {
      if (world.dtc === undefined) throw new Error('not started');
      const { findings } = await sweep(world.dtc);
      return findings.filter(({ kind, transactionId }) => kind === 'undelivered' && transactionId === id);
    },
  };
  beforeAll(async () => {
    world.participants = await startParticipants();
    world.receivers = await startReceivers(secret);
    const env = {
      DTC_COORDINATOR_ID: newTag(),
      DTC_SIGNING_SECRET: secret,
      DTC_SWEEP_INTERVAL_MS: '86400000',
      DTC_STUCK_AFTER_MS: '1000',
    };
    const limits = { notifying, completionAttempts: 2, prepareAttempts: 1 };
    const onNotification = (entry: NotificationLog): void => void seen.push(entry);
    world.dtc = await startCoordinator({ sweeps: true, env, limits, onNotification });
    await world.dtc.run({ participants: [world.participants.url('warm')], timeoutMs: 30_000 });
  });
  afterAll(async () => {
    await world.dtc?.close();
    await world.receivers?.close();
    await world.participants?.close();
  });
  return world as NotifyWorld;
}
