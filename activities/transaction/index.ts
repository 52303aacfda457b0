/** Owns the set of activities that a worker registers. */
import { type Sender } from './call';
import { ownActivity } from './own';
import { roundActivity } from './round';
import { type Activities } from '../../src/protocol/transaction/steps';

export function createActivities(sender: Sender): Activities {
  return {
    prepareAll: roundActivity(sender, 'prepare'),
    commitAll: roundActivity(sender, 'commit'),
    rollbackAll: roundActivity(sender, 'rollback'),
    prepare: ownActivity(sender, 'prepare'),
    commit: ownActivity(sender, 'commit'),
    rollback: ownActivity(sender, 'rollback'),
  };
}
