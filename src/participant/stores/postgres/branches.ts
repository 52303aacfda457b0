/**
 * Owns XA on PostgreSQL: a branch is a transaction that `PREPARE TRANSACTION` put on disk under a name, with its locks,
 * whatever becomes of the connection and the server. It can be ended only in the database it was made in, by the role that
 * made it or a superuser.
 *
 * Names are the cluster's, and another schema of the same database may hold a ledger of its own. So a name is
 * `dtc/<ledger>/<transaction>/<participant>`, and what bears another ledger's name is not seen (I1: nobody but the ledger that
 * voted may end what it promised). The ledger's name is the oid of its table of votes, which outlives a rename of either.
 * Kits before that wrote `dtc/<transaction>/<participant>`: one of those is ours where we have its record.
 */
import type pg from 'pg';
import { type Ms } from '../../../protocol/wire/phases';
import { type BranchKey } from '../../contract';
import { type Branches, type ListedBranch, type Session } from '../contract';
import { askWithin } from './bounds';
import { hasCode, howToAllowPrepared, withHint } from './errors';
import { type Sessions } from './sessions';

const undefinedObject = '42704';
const whoMayEnd =
  'a prepared transaction can be ended only by the role that prepared it or a superuser; connect the participant as that ' +
  'role (SELECT gid, owner FROM pg_prepared_xacts)';

interface Wiring {
  readonly sessions: Sessions;
  readonly begin: string;
  readonly statementMs: Ms;
  readonly sessionOf: (client: pg.PoolClient, statementMs: Ms) => Session;
  readonly quote: (literal: string) => string;
}

export function branchesOf({
  sessions,
  begin,
  statementMs,
  sessionOf,
  quote,
}: Wiring): Branches<pg.PoolClient> {
  let known: string | undefined;
  /** Once for all: its tables are there since before the first branch. */
  const ledger = async (): Promise<string> => (known ??= await ledgerOf(sessions));

  const endNamed = async (how: Verb, gid: string): Promise<'done' | 'absent'> => {
    try {
      await sessions.query(`${how} PREPARED ${quote(gid)}`);
      return 'done';
    } catch (error) {
      if (hasCode(error, undefinedObject)) return 'absent';
      throw withHint(error, whoMayEnd);
    }
  };
  const end = async (how: Verb, key: BranchKey): Promise<'done' | 'absent'> => {
    const ended = await endNamed(how, gidOf(key, await ledger()));
    return ended === 'done' ? ended : endNamed(how, formerGidOf(key));
  };

  return {
    obstacle: async () => {
      const { rows } = await sessions.query('SHOW max_prepared_transactions');
      const allowed = Number((rows[0] as { max_prepared_transactions: string }).max_prepared_transactions);
      return allowed > 0
        ? undefined
        : `XA needs prepared transactions, and max_prepared_transactions is 0: ${howToAllowPrepared}`;
    },
    prepare: async (key, work) => {
      const gid = quote(gidOf(key, await ledger()));
      return sessions.transaction({
        begin,
        work: client => work(sessionOf(client, statementMs), client),
        end: async (client, { vote }) => {
          if (vote === 'yes') await prepareIn(client, gid, statementMs);
          else await askWithin(client, statementMs, 'ROLLBACK');
        },
      });
    },
    free: () => Promise.resolve(), // it belongs to no session
    commit: key => end('COMMIT', key),
    rollback: key => end('ROLLBACK', key),
    list: async () => {
      const ours = await ledger();
      const { rows } = await sessions.query(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'dtc/%'",
      );
      return (rows as { gid: string }[]).flatMap(({ gid }) => keyOf(gid, ours) ?? []);
    },
  };
}

type Verb = 'COMMIT' | 'ROLLBACK';

async function ledgerOf(sessions: Sessions): Promise<string> {
  const { rows } = await sessions.query("SELECT 'dtc_votes'::regclass::oid AS ledger");
  return String((rows[0] as { ledger: number | string }).ledger);
}

/**
 * In a transaction that an earlier error aborted, or that the work ended itself, PostgreSQL answers PREPARE TRANSACTION with
 * a rollback and no error: only the tag tells. Where no answer comes it may be prepared; the next prepare finds it then.
 */
async function prepareIn(client: pg.PoolClient, gid: string, statementMs: Ms): Promise<void> {
  const { command } = await askWithin(client, statementMs, `PREPARE TRANSACTION ${gid}`);
  if (command !== 'PREPARE')
    throw new Error(
      'prepare said yes, but its transaction was over: one of its statements failed and the error was not passed on, ' +
        'or it ended the transaction itself; leave that to the kit',
    );
}

/** At most 144 characters (http/shapes.ts) of PostgreSQL's 199. */
function gidOf({ transactionId, participant }: BranchKey, ledger: string): string {
  return `dtc/${ledger}/${transactionId}/${participant}`;
}

function formerGidOf({ transactionId, participant }: BranchKey): string {
  return `dtc/${transactionId}/${participant}`;
}

/** Undefined where it is another ledger's. */
function keyOf(gid: string, ours: string): ListedBranch | undefined {
  const [ledger, transactionId, participant] = partsOf(gid);
  if (transactionId === undefined || participant === undefined) return undefined;
  if (ledger !== undefined && ledger !== ours) return undefined;
  return { transactionId, participant, namesLedger: ledger !== undefined };
}

function partsOf(gid: string): readonly (string | undefined)[] {
  const [, ledger, transactionId, participant] = /^dtc\/(?:(\d+)\/)?([^/]+)\/([^/]+)$/.exec(gid) ?? [];
  return [ledger, transactionId, participant];
}
