/**
 * Owns what tests of a transaction as the child of another program's workflow share: the example's parent, its worker, and what becomes of
 * it when it is cancelled, and when its transaction is taken up again. Its payloads may be sealed or not: that is the client's and the worker's.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { type Client, type WorkflowHandle } from '@temporalio/client';
import {
  NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
  bundleWorkflowCode,
} from '@temporalio/worker';
import { type Booking, type Trip, type bookTrip } from '../../examples/workflow/trip';
import { type TestCoordinator } from '../support/coordinator';
import { type Participants } from '../support/participants';
import { eventually } from '../support/until';

export const example = resolve(__dirname, '../../dist/examples/workflow/trip.js');

export type TripHandle = WorkflowHandle<typeof bookTrip>;

export function bundleExample(
  options: { readonly failureConverterPath?: string } = {},
): Promise<WorkflowBundleWithSourceMap> {
  const quiet = (): void => undefined;
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  return bundleWorkflowCode({ workflowsPath: example, logger, ...options });
}

/** One that replays every step. Resolves to what stops it. */
export async function startTripWorker(options: WorkerOptions): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({ connection, maxCachedWorkflows: 0, ...options });
  const run = worker.run();
  return async () => {
    worker.shutdown();
    await run;
    await connection.close();
  };
}

export function startTrip(client: Client, taskQueue: string, trip: Trip): Promise<TripHandle> {
  const workflowId = `trip-${randomUUID()}`;
  return client.workflow.start<typeof bookTrip>('bookTrip', { taskQueue, workflowId, args: [trip] });
}

/** The id of the transaction of a trip, once it has been started. */
export async function transactionOf(trip: WorkflowHandle): Promise<string> {
  let id: string | null | undefined;
  await eventually(async () => {
    const { events } = await trip.fetchHistory();
    const started = events?.find(event => event.childWorkflowExecutionStartedEventAttributes != null);
    id = started?.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
    return typeof id === 'string';
  });
  return id ?? '';
}

interface Told {
  readonly id: string;
  readonly booking: Booking;
}

type Book = (services: readonly string[]) => Promise<TripHandle>;

/** What a parent is told that is cancelled while a participant owes its vote. */
export async function cancelledTrip(participants: Participants, book: Book): Promise<Told> {
  participants.on('silent', ({ phase }) => (phase === 'prepare' ? () => undefined : undefined));
  const trip = await book([participants.url('silent'), participants.url('quick')]);
  const id = await transactionOf(trip);
  await eventually(() => participants.requests(id, 'silent', 'prepare').length > 0);
  await trip.cancel();
  return { id, booking: await trip.result() };
}

/** What a parent is told whose transaction was terminated in Temporal, and taken up again. */
export async function tripTakenUpAgain(
  { dtc, participants }: { readonly dtc: TestCoordinator; readonly participants: Participants },
  book: Book,
): Promise<Told> {
  let isAway = true;
  participants.on('late', ({ phase }) => (phase === 'commit' && isAway ? 503 : undefined));
  const trip = await book([participants.url('late'), participants.url('early')]);
  const id = await transactionOf(trip);
  await eventually(() => participants.requests(id, 'late', 'commit').length > 0);
  await dtc.client.workflow.getHandle(id).terminate('by hand');
  await eventually(async () => {
    const { raw } = await trip.describe();
    return (raw.pendingActivities ?? []).some(({ activityType }) => activityType?.name === 'endOfChild');
  });
  expect((await dtc.recover(id)).is).toBe('recovered');
  isAway = false;
  return { id, booking: await trip.result() };
}
