/**
 * Owns XA on PostgreSQL: a branch is a transaction that `PREPARE TRANSACTION` put on disk under a name, with its locks,
 * whatever becomes of the connection and the server. It can be ended only in the database it was made in, by the role that
 * made it or a superuser.
 *
 * Names are the cluster's: another database of it may hold branches of other services, so each name has the participant's.
 */
import type pg from 'pg';
import { type BranchKey } from '../../contract';
import { type Branches, type Session } from '../contract';
import { hasCode, howToAllowPrepared, withHint } from './errors';
import { type Sessions } from './sessions';

const undefinedObject = '42704';
const whoMayEnd =
  'a prepared transaction can be ended only by the role that prepared it or a superuser; connect the participant as that ' +
  'role (SELECT gid, owner FROM pg_prepared_xacts)';

interface Wiring {
  readonly sessions: Sessions;
  readonly begin: string;
  readonly sessionOf: (client: pg.PoolClient) => Session;
  readonly quote: (literal: string) => string;
}

export function branchesOf({ sessions, begin, sessionOf, quote }: Wiring): Branches<pg.PoolClient> {
  const end = async (how: 'COMMIT' | 'ROLLBACK', key: BranchKey): Promise<'done' | 'absent'> => {
    try {
      await sessions.query(`${how} PREPARED ${quote(gidOf(key))}`);
      return 'done';
    } catch (error) {
      if (hasCode(error, undefinedObject)) return 'absent';
      throw withHint(error, whoMayEnd);
    }
  };

  return {
    obstacle: async () => {
      const { rows } = await sessions.query('SHOW max_prepared_transactions');
      const allowed = Number((rows[0] as { max_prepared_transactions: string }).max_prepared_transactions);
      return allowed > 0
        ? undefined
        : `XA needs prepared transactions, and max_prepared_transactions is 0: ${howToAllowPrepared}`;
    },
    prepare: (key, work) =>
      sessions.transaction({
        begin,
        work: client => work(sessionOf(client), client),
        end: async (client, { vote }) => {
          if (vote === 'yes') await prepareIn(client, quote(gidOf(key)));
          else await client.query('ROLLBACK');
        },
      }),
    commit: key => end('COMMIT', key),
    rollback: key => end('ROLLBACK', key),
    list: async () => {
      const { rows } = await sessions.query(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'dtc/%'",
      );
      return (rows as { gid: string }[]).flatMap(({ gid }) => keyOf(gid) ?? []);
    },
  };
}

/**
 * In a transaction that an earlier error aborted, or that the work ended itself, PostgreSQL answers PREPARE TRANSACTION with
 * a rollback and no error: only the tag tells. Where no answer comes it may be prepared; the next prepare finds it then.
 */
async function prepareIn(client: pg.PoolClient, gid: string): Promise<void> {
  const { command } = await client.query(`PREPARE TRANSACTION ${gid}`);
  if (command !== 'PREPARE')
    throw new Error(
      'prepare said yes, but its transaction was over: one of its statements failed and the error was not passed on, ' +
        'or it ended the transaction itself; leave that to the kit',
    );
}

/** At most 133 characters (http/shapes.ts) of PostgreSQL's 199. */
function gidOf({ transactionId, participant }: BranchKey): string {
  return `dtc/${transactionId}/${participant}`;
}

function keyOf(gid: string): BranchKey | undefined {
  const [, transactionId, participant] = /^dtc\/([^/]+)\/([^/]+)$/.exec(gid) ?? [];
  return transactionId === undefined || participant === undefined
    ? undefined
    : { transactionId, participant };
}
