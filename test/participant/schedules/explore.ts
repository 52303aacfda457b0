/** Owns exploring schedules: what breaks the model is shrunk to a script that a person can read. */
import fc from 'fast-check';
import { play, type Scene } from './play';
import { type Disturbance, schedules } from './schedule';

export interface Plan {
  readonly makeScene: () => Promise<Scene>;
  readonly disturbances: readonly Disturbance[];
  readonly runs: number;
  /** After that nothing new is tried, and what was found is not shrunk any further. */
  readonly withinMs: number;
}

/** Prints its seed; SCHEDULES_SEED=<seed> plays the same schedules again, as far as timing lets them be the same. */
export async function explore({ makeScene, disturbances, runs, withinMs }: Plan): Promise<void> {
  const wanted = Number(process.env['SCHEDULES_SEED'] ?? NaN);
  const seed = Number.isInteger(wanted) ? wanted : Date.now() % 2 ** 31;
  process.stdout.write(`schedules: SCHEDULES_SEED=${seed}\n`);
  let played = 0;
  let underWay: Promise<void> | undefined;
  const property = fc.asyncProperty(schedules(disturbances), async rounds => {
    const scene = await makeScene();
    played += 1;
    underWay = play(scene, rounds).finally(() => scene.dispose());
    await underWay;
  });
  const details = await fc.check(property, { numRuns: runs, seed, interruptAfterTimeLimit: withinMs });
  const [last] = await Promise.allSettled([underWay]); // the check does not wait for the one that it interrupts, and fails where that is the first
  process.stdout.write(`schedules: ${played} played\n`);
  if (details.errorInstance !== null) throw details.errorInstance as Error;
  if (last.status === 'rejected') throw last.reason as Error;
}
