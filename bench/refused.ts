/** Owns what becomes of a start that the coordinator refuses for now: as a client does, again after the pause that it named. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Overloaded } from '../src/coordinator/errors';

/** @param onRefused called once a refusal */
export async function untilStarted<T>(start: () => Promise<T>, onRefused: () => void): Promise<T> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error;
      onRefused();
      await sleep(error.afterS * 1000);
    }
  }
}
