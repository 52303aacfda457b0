/** Owns MySQL and MariaDB as a store, with InnoDB, over the driver mysql2. */
import type { Connection } from 'mysql2/promise';
import { type Dialect, type XaStore } from '../contract';
import { createBranches } from './branches';
import { connect, type Connections, type MysqlOptions } from './connections';
import { storeError } from './errors';
import { migrate, transaction } from './transactions';

export { type MysqlOptions } from './connections';

const key = 'VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin';

const dialect: Dialect = {
  name: 'mysql',
  forUpdate: ' FOR UPDATE',
  orIgnore: 'ON DUPLICATE KEY UPDATE $key = $key', // INSERT IGNORE would hide other errors too
  types: {
    key,
    resource: 'VARBINARY(2048)', // the text collations of both servers take trailing spaces for nothing
    text: 'LONGTEXT CHARACTER SET utf8mb4',
    integer: 'BIGINT',
  },
};

/**
 * @param config a URL (`mysql://user:password@host:3306/database`) or the options of mysql2's `createPool`; a database has
 *   to be named in it: the service's own, since the kit's tables belong beside those of the service.
 * @throws `StoreUnavailable` where the server cannot be reached.
 */
export async function mysqlStore(config: string | MysqlOptions): Promise<XaStore<Connection>> {
  const connections = await connect(config);
  try {
    const database = await databaseOf(connections);
    return {
      dialect,
      connections: connections.limit,
      transaction: work => transaction(connections, work),
      migrate: work => migrate(connections, database, work),
      branches: createBranches(connections, database),
      close: () => connections.close(),
    };
  } catch (error) {
    await connections.close();
    throw storeError(error);
  }
}

async function databaseOf({ local }: Connections): Promise<string> {
  const [rows] = await local(connection =>
    connection.query({ sql: 'SELECT DATABASE() AS name', rowsAsArray: false }),
  );
  const name = (rows as unknown as { readonly name: string | null }[])[0]?.name;
  if (name == null)
    throw new Error('mysqlStore needs a database: name one in the URL (mysql://…/database) or as `database`');
  return name;
}
