/** Locks on their own. */
import { testLocksOnTheirOwn } from './standaloneCases';

testLocksOnTheirOwn();
