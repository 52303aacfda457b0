/**
 * Owns who holds a branch: the connection that prepares it takes a lock of the server's by the branch's name, which ends with
 * the connection and with nothing else. So any other connection can learn its id, end it, and see that it is gone.
 *
 * Why that matters: MariaDB lets nobody else end what a living connection prepared, and one whose link froze lives on. A yes
 * is given only when that connection is gone (I1: what was promised can be committed).
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { type BranchKey } from '../../contract';
import { type Session, StoreUnavailable } from '../contract';
import { type Lender } from './connections';
import { numberOf, unknownThread } from './errors';

const longestPauseMs = 100;
const mostTries = 25; // two seconds

/** An expression that takes the lock where it is free: part of a statement that is sent anyway. */
export function taking(xid: string): string {
  return `@dtc_branch = GET_LOCK('${lockOf(xid)}', 0)`;
}

/** Resolves once nobody holds the branch. @throws `StoreUnavailable` where that does not come about. */
export async function endOwner(
  admin: Lender,
  key: BranchKey,
  { xid, sessionOf }: { readonly xid: string; readonly sessionOf: (connection: Connection) => Session },
): Promise<void> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    if ((await admin(connection => killOwner(sessionOf(connection), xid))) === 'gone') return;
    await delay(Math.min(longestPauseMs, 2 ** tries));
  }
  throw held(key);
}

/** By its own user it may be killed without any privilege. */
async function killOwner(session: Session, xid: string): Promise<'gone' | 'killed'> {
  const [row] = await session.query(`SELECT IS_USED_LOCK('${lockOf(xid)}') AS owner`);
  const owner = row?.['owner'];
  if (owner === null || owner === undefined) return 'gone';
  await session.query(`KILL ${Number(owner)}`).catch((error: unknown) => {
    if (numberOf(error) !== unknownThread) throw error;
  });
  return 'killed';
}

export function held({ transactionId, participant }: BranchKey): StoreUnavailable {
  return new StoreUnavailable(
    `the branch of ${transactionId}/${participant} is prepared, but the connection that did so has not ended yet: ` +
      'it is ended by the server when it was silent for wait_timeout; the call is repeated until then. Leave the branch as it is',
  );
}

/** At most 64 characters. */
function lockOf(xid: string): string {
  return `dtc/${createHash('sha256').update(xid).digest('hex').slice(0, 40)}`;
}
