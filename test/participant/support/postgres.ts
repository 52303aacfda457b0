/** Owns the PostgreSQL server of a test file: started before its tests, gone after them. */
import {
  type PostgresServer,
  type ServerOptions,
  startPostgres,
} from '../../../examples/bank/postgresServer';

/** Called where tests are declared; the server is there once they run. */
export function usePostgres(options: ServerOptions = {}): () => PostgresServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(options);
  });
  afterAll(() => server?.dispose());
  return () => {
    if (server === undefined) throw new Error('the server is there once tests run');
    return server;
  };
}
