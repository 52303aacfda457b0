/** Owns taking interrupted transactions up again. That two who do so at once start one run is the coordinator's promise. */
import { type Settled, type SweepActivities } from '../../src/protocol/orphans/steps';
import { whileBeating } from '../heartbeat';
import { concurrently } from './concurrently';
import { type SweepPorts } from './ports';

const atOnce = 4;

export function takeUpActivity(ports: SweepPorts): SweepActivities['takeUp'] {
  return ({ ids }) => whileBeating(undefined, () => concurrently(ids, atOnce, id => takeUpOne(ports, id)));
}

async function takeUpOne({ takeUp, log }: SweepPorts, transactionId: string): Promise<Settled> {
  const came = await takeUp(transactionId);
  if (came.is === 'gone') return came;
  const detail = 'detail' in came ? { detail: came.detail } : {};
  const reason = 'it had been ended from outside in Temporal, and nobody drove it';
  log({ action: 'recover', transactionId, reason, done: came.is === 'done', ...detail });
  return came.is === 'unreplayable' ? came : { ...came, at: Date.now() };
}
