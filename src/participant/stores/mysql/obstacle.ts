/** Owns why XA would not be safe on a server, and what to do about it. */
import type { Connection } from 'mysql2/promise';
import { isBroken } from './errors';

export interface ServerFacts {
  /** As VERSION() says it. */
  readonly version: string;
  readonly engine: string;
  readonly user: string;
  readonly logging: string;
  readonly galera: boolean;
}

/** Why XA cannot be used here, or undefined. */
export async function findObstacle(connection: Connection): Promise<string | undefined> {
  const facts = await factsOf(connection);
  return obstacleIn(facts) ?? (await recoverObstacle(connection, facts.user));
}

export function obstacleIn({ version, engine, logging, galera }: ServerFacts): string | undefined {
  if (isTooOld(version))
    return `XA needs MySQL 8.0.30 or MariaDB 10.5.2, this is ${version}: earlier ones may lose what is prepared; upgrade it, or use reservation`;
  if (galera)
    return 'XA does not work on a Galera cluster (wsrep_on is ON): use reservation, or a server of its own';
  if (engine !== 'InnoDB')
    return `XA needs InnoDB, but default_storage_engine is ${engine}, whose tables cannot be rolled back: set default_storage_engine=InnoDB`;
  if (logging === 'STATEMENT')
    return 'the kit uses READ COMMITTED, which cannot write with binlog_format=STATEMENT: set binlog_format=ROW';
  return undefined;
}

/**
 * MySQL: external XA survives a crash at any moment since 8.0.30 (MySQL 8.0 manual, "Restrictions on XA Transactions").
 * MariaDB: what is prepared survives the end of its connection since 10.5.2 (MDEV-742).
 */
function isTooOld(version: string): boolean {
  const parts = /(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, ''))?.slice(1, 4) ?? [];
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  const found = major * 1e6 + minor * 1e3 + patch;
  return found < (/mariadb/i.test(version) ? 10_005_002 : 8_000_030);
}

async function factsOf(connection: Connection): Promise<ServerFacts> {
  const ask = async (sql: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const [rows] = await connection.query({ sql, rowsAsArray: false });
    return (rows as Record<string, unknown>[])[0];
  };
  const row = await ask(
    `SELECT VERSION() AS version, @@default_storage_engine AS engine, CURRENT_USER() AS user,
       IF(@@log_bin, @@binlog_format, 'OFF') AS logging`,
  );
  const galera = await ask(`SHOW VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'`);
  return { ...(row as unknown as Omit<ServerFacts, 'galera'>), galera: galera !== undefined };
}

/** MySQL 8 lets only those see what is prepared who were granted it. */
async function recoverObstacle(connection: Connection, user: string): Promise<string | undefined> {
  try {
    await connection.query('XA RECOVER');
    return undefined;
  } catch (error) {
    if (isBroken(error)) throw error;
    const grantee = user
      .split('@')
      .map(part => `'${part}'`)
      .join('@');
    return `XA RECOVER fails (${(error as Error).message}): the kit has to see what is prepared; on MySQL 8: GRANT XA_RECOVER_ADMIN ON *.* TO ${grantee}`;
  }
}
