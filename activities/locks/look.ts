/** Owns the look at transactions' workflows, for a lock. Brief: whoever is first in its queue waits for it. */
import { type LockPorts } from '../../src/protocol/lock/ports';
import { type LockActivities } from '../types';

export function lookActivity({ lookAt }: Pick<LockPorts, 'lookAt'>): LockActivities['lookAt'] {
  return ids => Promise.all(ids.map(async holder => ({ holder, saw: await lookAt(holder) })));
}
