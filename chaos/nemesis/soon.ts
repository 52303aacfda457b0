/** Owns how long the nemesis waits for an answer of Temporal's. */
import { type Client } from '@temporalio/client';

const soonMs = 5_000;

/** A server that stands still does not hold up the run. */
export function soon<T>(temporal: Client, work: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + soonMs, work);
}
