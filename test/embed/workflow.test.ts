/**
 * A transaction as the child of another program's workflow: the example's, with a worker of its own that replays every step, beside a
 * coordinator on a real Temporal server.
 */
import { randomUUID } from 'node:crypto';
import { type WorkflowFailedError } from '@temporalio/client';
import { type ApplicationFailure } from '@temporalio/common';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { type Booking } from '../../examples/workflow/trip';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { eventually } from '../support/until';
import {
  type TripHandle,
  bundleExample,
  cancelledTrip,
  startTrip,
  startTripWorker,
  transactionOf,
  tripTakenUpAgain,
} from './trips';

const ownQueue = `trips-${randomUUID()}`;
const operator = { authorization: 'Bearer operators-own-token' };
const alice = { authorization: 'Bearer alices-very-own-token' };

let dtc: TestCoordinator;
let participants: Participants;
let code: WorkflowBundleWithSourceMap;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  [dtc, participants] = await Promise.all([
    startCoordinator({
      limits: { transactionTimeoutMs: 8_000 }, // a prepare without an answer keeps a transaction from its end for as long
      env: {
        DTC_PUBLIC_URL: 'http://dtc.example',
        DTC_API_TOKENS: 'ops:operator:operators-own-token,alice:client:alices-very-own-token',
        DTC_ALLOWED_PARTICIPANTS: '127.0.0.1/32',
      },
    }),
    startParticipants(),
  ]);
  code = await bundleExample();
  stopWorker = await startTripWorker({ taskQueue: ownQueue, workflowBundle: code });
});
afterAll(async () => {
  await stopWorker();
  await dtc.close();
  await participants.close();
});

const urls = (...names: readonly string[]): string[] => names.map(name => participants.url(name));

function book(services: readonly string[]): Promise<TripHandle> {
  return startTrip(dtc.client, ownQueue, { services, coordinator: dtc.taskQueue });
}

async function get<T = TransactionDocument>(path: string, headers = operator): Promise<T> {
  const response = await fetch(`${dtc.url}${path}`, { headers });
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  return (await response.json()) as T;
}

it('commits as any other transaction, and its parent’s history replays', async () => {
  const trip = await book(urls('hotel', 'car'));
  const { transactionId, isBooked }: Booking = await trip.result();
  expect(isBooked).toBe(true);
  expect(participants.phases(transactionId, 'hotel')).toEqual(['prepare', 'commit']);
  expect(participants.requests(transactionId, 'car', 'prepare')[0]?.body['statusUrl']).toBe(
    `http://dtc.example/transactions/${transactionId}`,
  );
  const document = await get(`/transactions/${transactionId}`);
  expect(document).toMatchObject({ status: 'committed', labels: { trip: trip.workflowId } });
  const listed = (): Promise<{ transactions: { id: string }[] }> =>
    get(`/transactions?label.trip=${trip.workflowId}`);
  await eventually(async () => (await listed()).transactions.some(({ id }) => id === transactionId));
  const history = await trip.fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: code }, history, trip.workflowId);
  const other = { code: code.code.replace("startChild)('transaction',", "startChild)('another',") };
  await expect(Worker.runReplayHistory({ workflowBundle: other }, history, trip.workflowId)).rejects.toThrow(
    DeterminismViolationError,
  );
});

it('is told to Temporal as one that was started by HTTP, but for whose it is', async () => {
  const trip = await book(urls('left', 'right'));
  const { transactionId } = await trip.result();
  const body = { participants: urls('left', 'right'), labels: { trip: trip.workflowId } };
  const posted = await dtc.start(body, { ...operator, prefer: 'wait=20' });
  const [child, own] = await Promise.all([transactionId, posted.id].map(startOf));
  expect(child).toEqual({ ...own, startedBy: 'workflow:bookTrip', version: 1 });
  expect(own).toMatchObject({ startedBy: 'ops', version: 4 }); // it has a worker for the first task beside it
});

/** What Temporal was told at the start, without what no two starts have in common. */
async function startOf(id: string): Promise<object> {
  const handle = dtc.client.workflow.getHandle(id);
  const [{ events }, { memo, ...described }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const start = events?.[0]?.workflowExecutionStartedEventAttributes;
  const data = start?.input?.payloads?.[0]?.data ?? new Uint8Array();
  const input = JSON.parse(Buffer.from(data).toString()) as { version: number; accepted: object };
  return {
    type: described.type,
    taskQueue: described.taskQueue,
    taskTimeout: Number(start?.workflowTaskTimeout?.seconds),
    summary: await described.staticSummary(),
    memo: Object.keys(memo ?? {}).sort(),
    startedBy: memo?.['startedBy'],
    hash: memo?.['requestHash'],
    attributes: Object.keys(start?.searchAttributes?.indexedFields ?? {}).sort(),
    version: input.version,
    accepted: Object.keys(input.accepted).sort(),
    idLength: id.length,
    tag: id.startsWith(`${dtc.tag}t`),
  };
}

it('refuses what the API refuses, in its words, and starts nothing', async () => {
  const services = ['http://127.0.0.1:1/prepare', 'ftp://127.0.0.1/prepare', 'http://127.0.0.1:1/order'];
  const error: unknown = await (await book(services)).result().catch((thrown: unknown) => thrown);
  const body = { participants: services, labels: { trip: 'x' } };
  const response = await dtc.post(body, operator);
  const { errors } = (await response.json()) as { errors: unknown[] };
  const { type, details } = (error as WorkflowFailedError).cause as ApplicationFailure;
  expect(errors).toHaveLength(2);
  expect({ type, details }).toEqual({ type: 'TransactionRefused', details: errors });
});

it('refuses whom the coordinator may not call', async () => {
  const error: unknown = await (
    await book(['http://10.1.2.3/prepare'])
  )
    .result()
    .catch((thrown: unknown) => thrown);
  const { message } = (error as WorkflowFailedError).cause as ApplicationFailure;
  expect(message).toMatch(/participant 1, "p1", may not be called: .*DTC_ALLOWED_PARTICIPANTS/);
});

it('is rolled back where the parent is cancelled and says so, which the parent waits for', async () => {
  const { id, booking } = await cancelledTrip(participants, book);
  expect(booking).toEqual({ transactionId: id, isBooked: false });
  const { reason, actions } = await get(`/transactions/${id}`);
  expect(reason).toMatchObject({ code: 'aborted' });
  expect(actions).toMatchObject([{ action: 'abort', by: 'the trip was cancelled' }]);
});

it('goes on to its end where the parent is terminated', async () => {
  let isAway = true;
  participants.on('away', ({ phase }) => (phase === 'commit' && isAway ? 503 : undefined));
  const trip = await book(urls('away', 'there'));
  const id = await transactionOf(trip);
  await eventually(() => participants.requests(id, 'away', 'commit').length > 0);
  await trip.terminate('the parent is gone');
  isAway = false;
  await dtc.client.workflow.getHandle(id).result();
  const document = await get(`/transactions/${id}`);
  expect(document).toMatchObject({ status: 'committed', state: 'committed' });
});

it('gives the end of a transaction that was terminated in Temporal, and taken up again', async () => {
  const { id, booking } = await tripTakenUpAgain({ dtc, participants }, book);
  expect(booking).toEqual({ transactionId: id, isBooked: true });
});

it('is of those who operate alone, where the parent names no caller', async () => {
  const { transactionId } = await (await book(urls('mine'))).result();
  const response = await fetch(`${dtc.url}/transactions/${transactionId}`, { headers: alice });
  expect(response.status).toBe(404);
});
