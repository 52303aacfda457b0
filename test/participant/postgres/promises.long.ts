import { itConforms } from '../support/conformance';
import { usePostgres } from '../support/postgres';
import { postgresRig } from '../support/postgresRig';
import { itKeepsItsPromises } from '../support/promises';

const server = usePostgres();

describe('PostgreSQL, reservation', () => {
  itKeepsItsPromises(() => postgresRig(server(), 'reservation'));
  itConforms(() => postgresRig(server(), 'reservation'));
});

describe('PostgreSQL, XA', () => {
  itKeepsItsPromises(() => postgresRig(server(), 'xa'));
  itConforms(() => postgresRig(server(), 'xa'));
});
