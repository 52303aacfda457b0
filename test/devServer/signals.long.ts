// temporal-dev.sh run by hand: the signals of a terminal, as script.test.ts has SIGTERM.
import { cleanUp, expectCleanEnd } from './fixture';

afterEach(cleanUp);

it.each(['SIGINT', 'SIGHUP'] as const)('ends cleanly on %s and leaves nothing running', expectCleanEnd);
