/** Owns the PostgreSQL server that bank north keeps its accounts in: a real one, for the length of the demo. */
import pg from 'pg';
import { NoBinaries } from '../bank/postgresFiles';
import { type PostgresServer, startPostgres } from '../bank/postgresServer';
import { type BankDatabase } from './bankProcess';
import { type Books, readPostgres } from './books';

export class NorthDatabase implements BankDatabase {
  #starting: Promise<PostgresServer> | undefined;
  #pool: pg.Pool | undefined;
  #url = '';

  async start(): Promise<void> {
    this.#starting = startPostgres();
    const { connection } = await this.#starting.catch(howToGetOn);
    const { user, password, host, port, database } = connection;
    this.#url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    this.#pool = new pg.Pool({ ...connection, max: 1 });
    this.#pool.on('error', () => undefined); // Ctrl-C ends the server at once; whoever reads then is told anyway
  }

  get store(): string {
    return this.#url;
  }

  books(): Promise<Books> {
    if (this.#pool === undefined) throw new Error('PostgreSQL is not started');
    return readPostgres(this.#pool);
  }

  /** Ends the server and removes its data, also while it still starts. */
  async stop(): Promise<void> {
    await this.#pool?.end();
    const server = await this.#starting?.catch(() => undefined);
    await server?.dispose();
  }
}

function howToGetOn(error: unknown): never {
  if (!(error instanceof NoBinaries)) throw error;
  throw new Error(
    `bank north needs PostgreSQL, and ${error.message}. Get them with "npm ci --include=dev --include=optional"; ` +
      'on a platform that has none, try two banks on SQLite ("Try it: two banks" in docs/PARTICIPANTS.md).',
    { cause: error },
  );
}
