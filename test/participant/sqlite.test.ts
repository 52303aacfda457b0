import { itConforms } from './support/conformance';
import { itKeepsItsPromises } from './support/promises';
import { sqliteRig } from './support/sqliteRig';

describe('SQLite, reservation', () => {
  itKeepsItsPromises(sqliteRig);
  itConforms(sqliteRig);
});
