/**
 * Owns branches: XA transactions that the server keeps prepared.
 *
 * While the connection that prepared a branch lives, nobody else can end it (MariaDB says 1397, unknown, although XA
 * RECOVER lists it). So each branch has a connection of its own, which is gone before the vote is given (owner.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { type BranchKey, type Vote } from '../../contract';
import { type Branches, type ListedBranch, type Session } from '../contract';
import { type Connections } from './connections';
import { branchExists, branchRolledBack, isBroken, numberOf, storeError, unknownBranch } from './errors';
import { findObstacle } from './obstacle';
import { endOwner, held, taking } from './owner';
import { close, longestMs, sessionOf } from './session';
import { type Work } from './transactions';
import { formatIdOf, keyOf, type Recovered, xidOf } from './xid';

const longestRetryMs = 100;
const mostTries = 25; // two seconds

export function createBranches(connections: Connections, database: string): Branches<Connection> {
  const { admin, lockTimeoutMs } = connections;
  const formatId = formatIdOf(database);
  const list = (): Promise<readonly ListedBranch[]> =>
    admin(connection => listed(connection, formatId, lockTimeoutMs));
  const free = (key: BranchKey): Promise<void> =>
    endOwner(admin, key, {
      xid: xidOf(key, formatId),
      sessionOf: connection => sessionOf(connection, lockTimeoutMs),
    });

  /** Only what is listed as ours: the server itself tells branches apart by gtrid and bqual alone, whatever the formatID. */
  const end = async (verb: Verb, key: BranchKey): Promise<'done' | 'absent'> => {
    const xid = xidOf(key, formatId);
    for (let tries = 1; tries <= mostTries; tries += 1) {
      if (!(await list()).some(each => xidOf(each, formatId) === xid)) return 'absent';
      const ended = await admin(connection => tryToEnd(sessionOf(connection, lockTimeoutMs), verb, xid));
      if (ended !== 'held') return ended;
      await free(key);
      await delay(Math.min(longestRetryMs, 2 ** tries));
    }
    throw held(key);
  };

  return {
    obstacle: () => asStore(admin(findObstacle)),
    prepare: (key, work) =>
      asStore(prepare(connections, { xid: xidOf(key, formatId), free: () => free(key) }, work)),
    free: key => asStore(free(key)),
    commit: key => asStore(end('COMMIT', key)),
    rollback: key => asStore(end('ROLLBACK', key)),
    list: () => asStore(list()),
  };
}

interface Branch {
  readonly xid: string;
  readonly free: () => Promise<void>;
}

async function prepare(connections: Connections, { xid, free }: Branch, work: Work<Vote>): Promise<Vote> {
  const connection = await connections.open(taking(xid));
  const session = sessionOf(connection, connections.lockTimeoutMs);
  try {
    await session.query(`XA START ${xid}`);
    const vote = await work(session, connection);
    await session.query(`XA END ${xid}`);
    await session.query(`XA ${vote.vote === 'yes' ? 'PREPARE' : 'ROLLBACK'} ${xid}`);
    if ((await close(connection)) === 'silent') await free();
    return vote;
  } catch (error) {
    if (!isBroken(error)) await undo();
    connection.destroy();
    if (numberOf(error) === branchExists) await free(); // of a call that froze; the repeat of this one finds room
    throw error;
  }

  /** What cannot be undone here the server undoes when the connection closes. */
  async function undo(): Promise<void> {
    await session.query(`XA END ${xid}`).catch(() => undefined); // may have been ended before
    await session.query(`XA ROLLBACK ${xid}`).catch(() => undefined);
  }
}

type Verb = 'COMMIT' | 'ROLLBACK';

/** `held`: the connection that prepared it still lives, or somebody else has just ended it. */
async function tryToEnd(session: Session, verb: Verb, xid: string): Promise<'done' | 'absent' | 'held'> {
  try {
    await session.query(`XA ${verb} ${xid}`);
    return 'done';
  } catch (error) {
    const number = numberOf(error);
    if (number === unknownBranch) return 'held';
    if (branchRolledBack.includes(number)) return verb === 'ROLLBACK' ? 'done' : 'absent';
    throw error;
  }
}

async function listed(
  connection: Connection,
  formatId: number,
  lockTimeoutMs: number,
): Promise<readonly ListedBranch[]> {
  const [rows] = await connection.query({
    sql: 'XA RECOVER',
    timeout: longestMs(lockTimeoutMs),
    rowsAsArray: false,
    // as bytes: other people's names may be anything
    typeCast: (field, next) => (field.name === 'data' ? field.buffer() : next()),
  });
  return (rows as unknown as Recovered[])
    .filter(each => Number(each.formatID) === formatId)
    .map(each => ({ ...keyOf(each), namesLedger: true }));
}

async function asStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storeError(error);
  }
}
