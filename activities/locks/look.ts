/** Owns the look at transactions' workflows, for a lock. It is a local activity: part of the lock's workflow task, so brief. */
import { type LockPorts } from '../../src/protocol/lock/ports';
import { type LockActivities } from '../types';

export function lookActivity({ lookAt }: Pick<LockPorts, 'lookAt'>): LockActivities['lookAt'] {
  return ids => Promise.all(ids.map(async holder => ({ holder, saw: await lookAt(holder) })));
}
