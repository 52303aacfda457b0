/** Owns what the bench's worker registers: the transaction as shipped, and the yardstick beside it. */
export { lock, orphanSweep, transaction } from '../workflows';

/** Does nothing: what any workflow costs on this server and machine. */
export async function noop(): Promise<void> {
  // nothing
}
