/** Owns the set of activities that transactions are made of. */
import { lookBack } from '../../src/coordinator/transaction/lookBack';
import { type Engine } from '../../src/engine/engine';
import { type Sooner } from '../comeSooner';
import { watchStandstill } from '../standstill';
import { firstActivity } from './first';
import { inFlight } from './inFlight';
import { type OwnSender, ownCall } from './own';
import { restActivity } from './rest';
import { askRound } from './round';
import { temporalAttempt } from './temporalAttempt';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Activities, type CallLookActivities } from '../../src/protocol/transaction/steps';

export interface Sender extends OwnSender, Sooner {
  readonly outbound: OwnSender['outbound'] & Sooner['outbound'];
}

export function createActivities(sends: Omit<Sender, 'standstill'>): Activities {
  const sender = { ...sends, standstill: watchStandstill() };
  const flights = inFlight();
  return {
    prepareFirst: firstActivity(sender, flights),
    prepareRest: restActivity(sender, flights),
    prepareAll: roundOf(sender, 'prepare'),
    commitAll: roundOf(sender, 'commit'),
    rollbackAll: roundOf(sender, 'rollback'),
    prepare: ownOf(sender, 'prepare'),
    commit: ownOf(sender, 'commit'),
    rollback: ownOf(sender, 'rollback'),
  };
}

function roundOf(sender: Sender, phase: Phase): Activities['prepareAll'] {
  return input => askRound(sender, { phase, input }, temporalAttempt());
}

function ownOf(sender: Sender, phase: Phase): Activities['prepare'] {
  return input => ownCall(sender, { phase, input }, temporalAttempt(sender));
}

export function createCallLookActivities(engine: Engine): CallLookActivities {
  return { lookBack: input => lookBack(engine, input) };
}
