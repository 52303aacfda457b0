import { mysqlStore } from '../../../src/participant';
import { obstacleIn, type ServerFacts } from '../../../src/participant/stores/mysql/obstacle';
import { newDatabase, whereMysqlRuns } from '../support/mysqlRig';

const fine: ServerFacts = {
  version: '10.11.19-MariaDB-0+deb12u1',
  engine: 'InnoDB',
  user: 'kit@%',
  logging: 'ROW',
  galera: false,
};

describe('what stands in the way of XA on MySQL and MariaDB', () => {
  it.each(['8.0.29', '5.7.44-log', '10.4.34-MariaDB', '5.5.5-10.5.1-MariaDB'])(
    'is a version that may lose what is prepared: %s',
    version => {
      expect(obstacleIn({ ...fine, version })).toContain(`this is ${version}`);
    },
  );

  it.each([
    '8.0.30',
    '8.4.3',
    '9.1.0-commercial',
    '10.5.2-MariaDB',
    '5.5.5-10.11.6-MariaDB',
    '11.4.2-MariaDB',
  ])('is not the version %s', version => {
    expect(obstacleIn({ ...fine, version })).toBeUndefined();
  });

  it('is a cluster, an engine without transactions, or a log of statements; it says what to set', () => {
    expect(obstacleIn({ ...fine, galera: true })).toContain('use reservation');
    expect(obstacleIn({ ...fine, engine: 'MyISAM' })).toContain('set default_storage_engine=InnoDB');
    expect(obstacleIn({ ...fine, logging: 'STATEMENT' })).toContain('set binlog_format=ROW');
  });
});

whereMysqlRuns('a MySQL or MariaDB as it is installed', () => {
  it('has nothing that stands in the way of XA', async () => {
    const database = await newDatabase();
    const store = await mysqlStore(database.url);
    expect(await store.branches.obstacle()).toBeUndefined();
    await store.close();
    await database.dispose();
  });

  it('without a database in its URL is refused', async () => {
    const url = new URL(process.env['MYSQL_URL'] ?? '');
    url.pathname = '';
    await expect(mysqlStore(url.href)).rejects.toThrow('needs a database');
  });
});
