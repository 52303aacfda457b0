import { mysqlUrl, reservationRig, xaRig } from './support/mysqlRig';
import { itKeepsItsPromises } from './support/promises';

const where = mysqlUrl === undefined ? describe.skip : describe;
if (mysqlUrl === undefined)
  console.log('MYSQL_URL names no server: the tests of MySQL and MariaDB are skipped (see .ci/mariadb)');

where('MySQL and MariaDB, reservation', () => {
  itKeepsItsPromises(reservationRig);
});

where('MySQL and MariaDB, XA', () => {
  itKeepsItsPromises(xaRig);
});
