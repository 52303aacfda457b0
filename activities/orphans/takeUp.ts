/** Owns taking interrupted transactions up again. That two who do so at once start one run is the coordinator's promise. */
import { Context } from '@temporalio/activity';
import { takeUp } from '../../src/coordinator/orphans/takeUp';
import { type Settled, type SweepActivities } from '../../src/protocol/orphans/steps';
import { concurrently } from '../../src/coordinator/concurrently';
import { type SweepTools } from './tools';

const atOnce = 4;

export function takeUpActivity(tools: SweepTools): SweepActivities['takeUp'] {
  return ({ ids }) => concurrently(ids, atOnce, id => takeUpOne(tools, id));
}

async function takeUpOne({ engine, log }: SweepTools, transactionId: string): Promise<Settled> {
  Context.current().cancellationSignal.throwIfAborted();
  const came = await takeUp(engine, transactionId);
  if (came.is === 'gone') return came;
  const detail = 'detail' in came ? { detail: came.detail } : {};
  const reason = 'it had been ended from outside in Temporal, and nobody drove it';
  log({ action: 'recover', transactionId, reason, done: came.is === 'done', ...detail });
  return came.is === 'unreplayable' ? came : { ...came, at: Date.now() };
}
