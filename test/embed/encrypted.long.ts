/**
 * A transaction as the child of another program's workflow where the coordinator encrypts: the example's, by a client and a worker with
 * the `dataConverter` of `./embed`. Their keys are in another order than the coordinator's, as while keys are rotated.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowFailedError } from '@temporalio/client';
import { type ApplicationFailure, type Payload } from '@temporalio/common';
import { type bookTrip } from '../../examples/workflow/trip';
import { ConfigError, dataConverter, payloadCodec } from '../../src/embed';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { eventually } from '../support/until';
import {
  type TripHandle,
  bundleExample,
  cancelledTrip,
  example,
  startTrip,
  startTripWorker,
  tripTakenUpAgain,
} from './trips';

/** Of a worker that bundles its workflows itself, and of one that is given them. */
const ownQueue = `trips-${randomUUID()}`;
const bundledQueue = `trips-${randomUUID()}`;
const [oldKey, newKey] = [5, 6].map(n => `k${String(n)}:${Buffer.alloc(32, n).toString('base64')}`);
const theirs = `${String(oldKey)},${String(newKey)}`;
const ours = `${String(newKey)},${String(oldKey)}`;
const marker = 'zq-hotel';

let dtc: TestCoordinator;
let participants: Participants;
let client: Client;
let close: () => Promise<void>;

beforeAll(async () => {
  [dtc, participants] = await Promise.all([
    startCoordinator({ env: { DTC_PAYLOAD_KEYS: theirs }, limits: { transactionTimeoutMs: 8_000 } }),
    startParticipants(),
  ]);
  const connection = await Connection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
  client = new Client({ connection, dataConverter: dataConverter(ours) });
  const converter = dataConverter(ours);
  const { failureConverterPath = '' } = converter;
  const workflowBundle = await bundleExample({ failureConverterPath });
  const stops = await Promise.all([
    startTripWorker({ taskQueue: ownQueue, workflowsPath: example, dataConverter: converter }),
    startTripWorker({ taskQueue: bundledQueue, workflowBundle, dataConverter: converter }),
  ]);
  close = async () => {
    await Promise.all(stops.map(stop => stop()));
    await connection.close();
  };
});
afterAll(async () => {
  await close();
  await dtc.close();
  await participants.close();
});

function book(services: readonly string[], taskQueue = ownQueue): Promise<TripHandle> {
  return startTrip(client, taskQueue, { services, coordinator: dtc.taskQueue });
}

/** All that stands in the history of a workflow, as Temporal has it: texts, and the bytes of payloads. */
async function storedOf(id: string): Promise<{ readonly text: string; readonly payloads: Payload[] }> {
  const texts: string[] = [];
  const payloads: Payload[] = [];
  const read = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null) return;
    if (value instanceof Uint8Array) {
      texts.push(Buffer.from(value).toString('latin1'));
      return;
    }
    const { metadata, data } = value as Partial<Payload>;
    if (metadata?.['encoding'] !== undefined && data instanceof Uint8Array) payloads.push({ metadata, data });
    Object.values(value).forEach(read);
  };
  read(await client.workflow.getHandle(id).fetchHistory());
  return { text: texts.join('\n'), payloads };
}

/** By those of the other side. */
async function openedText(payloads: Payload[]): Promise<string> {
  const opened = await payloadCodec(theirs).decode(payloads);
  return opened.map(({ data }) => Buffer.from(data ?? []).toString()).join('\n');
}

it('commits, and neither history tells anybody without a key of whom it was about', async () => {
  const trip = await book([participants.url(marker), participants.url('car')]);
  const { transactionId, isBooked } = await trip.result();
  expect(isBooked).toBe(true);
  expect(participants.phases(transactionId, marker)).toEqual(['prepare', 'commit']);
  expect(await dtc.get(transactionId)).toMatchObject({
    status: 'committed',
    labels: { trip: trip.workflowId },
    participants: [{ url: participants.url(marker) }, { url: participants.url('car') }],
  });
  for (const id of [trip.workflowId, transactionId]) {
    const { text, payloads } = await storedOf(id);
    expect(text).not.toContain(marker);
    expect(await openedText(payloads)).toContain(marker);
  }
});

it.each([
  ['bundles its workflows', ownQueue],
  ['is given a bundle', bundledQueue],
])('is refused in words that the parent’s side alone can read, whose worker %s', async (_, queue) => {
  const trip = await book([`ftp://127.0.0.1/${marker}/prepare`], queue);
  const error: unknown = await trip.result().catch((thrown: unknown) => thrown);
  const { type, message, details } = (error as WorkflowFailedError).cause as ApplicationFailure;
  expect(type).toBe('TransactionRefused');
  expect(message).toMatch(/participants\/0/);
  expect(details).toMatchObject([{ pointer: '#/participants/0' }]);
  const { text } = await storedOf(trip.workflowId);
  expect(text).toContain('Encoded failure');
  expect(text).not.toContain('participants/0');
});

it('is rolled back by a signal of its parent, which is sealed too', async () => {
  const { id, booking } = await cancelledTrip(participants, book);
  expect(booking).toEqual({ transactionId: id, isBooked: false });
  expect(await dtc.get(id)).toMatchObject({
    reason: { code: 'aborted' },
    actions: [{ action: 'abort', by: 'the trip was cancelled' }],
  });
  expect((await storedOf(id)).text).not.toContain('the trip was cancelled');
});

it('gives the parent the end of a transaction that was taken up again', async () => {
  const { id, booking } = await tripTakenUpAgain({ dtc, participants }, book);
  expect(booking).toEqual({ transactionId: id, isBooked: true });
});

it('stands still at the first answer where its worker has no keys, and goes on once it has', async () => {
  const taskQueue = `trips-${randomUUID()}`;
  const keyless = new Client({ connection: client.connection });
  const stop = await startTripWorker({ taskQueue, workflowsPath: example });
  const services = [participants.url('a')];
  const handle = await startTrip(keyless, taskQueue, { services, coordinator: dtc.taskQueue });
  await eventually(async () => {
    const { events } = await handle.fetchHistory();
    const failures = (events ?? []).map(each => each.workflowTaskFailedEventAttributes?.failure?.message);
    return failures.some(each => each?.includes('Unknown encoding: binary/encrypted') === true);
  });
  await stop();
  const stopKeyed = await startTripWorker({
    ...{ taskQueue, workflowsPath: example, dataConverter: dataConverter(ours) },
  });
  const again = client.workflow.getHandle<typeof bookTrip>(handle.workflowId);
  expect(await again.result()).toMatchObject({ isBooked: true });
  await stopKeyed();
});

it.each([
  ['none', ''],
  ['what is no list of them', Buffer.alloc(32, 7).toString('base64')],
  ['one that is too short', `k:${Buffer.alloc(16, 7).toString('base64')}`],
])('takes no keys that are %s, and shows nothing of them', (_, keys) => {
  for (const make of [payloadCodec, dataConverter]) {
    const thrown = errorOf(() => make(keys));
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(String(thrown)).toContain('DTC_PAYLOAD_KEYS');
    expect(String(thrown)).not.toContain('BwcH');
  }
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
