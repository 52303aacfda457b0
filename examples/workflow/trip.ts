/**
 * A workflow of one's own that has a transaction for a child (docs/EMBEDDING.md): a trip is booked with all of its services or with none.
 * It is cancelled as any other workflow: what is not decided is then rolled back, and the trip ends with what came of it.
 */
import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { type TransactionHandle, transactionChild } from '../../src/workflow';

export interface Trip {
  /** Prepare URLs: of the hotel, the car, … */
  readonly services: readonly string[];
  /** The task queue of the coordinator. */
  readonly coordinator: string;
}

export interface Booking {
  readonly transactionId: string;
  readonly isBooked: boolean;
}

export async function bookTrip({ services, coordinator }: Trip): Promise<Booking> {
  const labels = { trip: workflowInfo().workflowId };
  const transaction = await transactionChild({ participants: services, labels }, { taskQueue: coordinator });
  try {
    return await bookingOf(transaction);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => takenBack(transaction));
  }
}

async function bookingOf({ id, result }: TransactionHandle): Promise<Booking> {
  const { status } = await result();
  return { transactionId: id, isBooked: status === 'committed' };
}

/** An abort that comes after the decision changes nothing, and one that comes after the end finds nobody. */
async function takenBack(transaction: TransactionHandle): Promise<Booking> {
  const abort = getExternalWorkflowHandle(transaction.id).signal('abort', { by: 'the trip was cancelled' });
  const booking = bookingOf(transaction);
  await abort.catch(() => undefined);
  return booking;
}
