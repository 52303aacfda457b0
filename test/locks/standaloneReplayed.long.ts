/** Locks on their own, by a worker that replays every step. */
import { testLocksOnTheirOwn } from './standaloneCases';

testLocksOnTheirOwn(0);
