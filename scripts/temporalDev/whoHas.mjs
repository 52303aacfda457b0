// Who listens on a port of this machine, for people.
// usage: whoHas.mjs PORT
// Can fail: not; a holder that this user may not see is said to be one.
import { whoHas } from './ports.mjs';

console.log(whoHas(Number(process.argv[2])));
