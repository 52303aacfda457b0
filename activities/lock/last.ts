/**
 * Owns telling a transaction's locks of its end within the task in which it ends (`protocol/transaction/lastTask.ts`, I12): a local
 * activity, over as soon as all have heard it, and at its bound in any case. Whoever has not is told by the activity that goes on.
 */
import { isHeard } from '../../src/coordinator/lock/ask';
import { type Engine } from '../../src/engine/engine';
import { type LockActivities, type ReleaseLastInput } from '../../src/protocol/lock/steps';
import { type Places } from './places';

export function lastReleaseActivity(engine: Engine, places: Places): LockActivities['releaseLast'] {
  return async input => {
    const work = (): Promise<string[]> => tell(engine, input);
    const isMiss = (told: readonly string[]): boolean => told.length < input.resources.length;
    return (await places.take({ work, isMiss })) ?? [];
  };
}

async function tell(
  engine: Engine,
  { transactionId: holder, resources, withinMs }: ReleaseLastInput,
): Promise<string[]> {
  const heard = await Promise.all(resources.map(resource => isHeard(engine, { holder, resource }, withinMs)));
  return resources.filter((_, index) => heard[index]);
}
