/** Owns the set of activities that transactions are made of. */
import { lookBack } from '../../src/coordinator/transaction/lookBack';
import { type Engine } from '../../src/engine/engine';
import { type Sender } from './call';
import { watchStandstill } from '../standstill';
import { firstActivity } from './first';
import { inFlight } from './inFlight';
import { ownActivity } from './own';
import { restActivity, roundActivity } from './round';
import { type Activities, type CallLookActivities } from '../../src/protocol/transaction/steps';

export function createActivities(sends: Omit<Sender, 'standstill'>): Activities {
  const sender = { ...sends, standstill: watchStandstill() };
  const flights = inFlight();
  return {
    prepareFirst: firstActivity(sender, flights),
    prepareRest: restActivity(sender, flights),
    prepareAll: roundActivity(sender, 'prepare'),
    commitAll: roundActivity(sender, 'commit'),
    rollbackAll: roundActivity(sender, 'rollback'),
    prepare: ownActivity(sender, 'prepare'),
    commit: ownActivity(sender, 'commit'),
    rollback: ownActivity(sender, 'rollback'),
  };
}

export function createCallLookActivities(engine: Engine): CallLookActivities {
  return { lookBack: input => lookBack(engine, input) };
}
