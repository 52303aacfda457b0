import { itConforms } from '../support/conformance';
import { reservationRig, whereMysqlRuns, xaRig } from '../support/mysqlRig';
import { itKeepsItsPromises } from '../support/promises';

whereMysqlRuns('MySQL and MariaDB, reservation', () => {
  itKeepsItsPromises(reservationRig);
  itConforms(reservationRig);
});

whereMysqlRuns('MySQL and MariaDB, XA', () => {
  itKeepsItsPromises(xaRig);
  itConforms(xaRig);
});
