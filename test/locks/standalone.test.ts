/** Issue 13: locks on their own. */
import { testLocksOnTheirOwn } from './standaloneCases';

testLocksOnTheirOwn();
