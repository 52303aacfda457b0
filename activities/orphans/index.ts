/** Owns the set of activities that the orphan sweep is made of, and what they are given. */
import { memory } from '../../src/coordinator/orphans/reports';
import { survey } from '../../src/coordinator/orphans/survey';
import { findUndelivered } from '../../src/coordinator/orphans/undelivered';
import { type SweepActivities } from '../../src/protocol/orphans/steps';
import { whileAsking } from '../whileAsking';
import { scanActivity } from './scan';
import { settleActivity } from './settle';
import { type SweepTools } from './tools';
import { takeUpActivity } from './takeUp';
import { given } from '../../src/protocol/wire/given';

export function createSweepActivities(tools: SweepTools): SweepActivities {
  const [scan, takeUp, settle] = [scanActivity(tools), takeUpActivity(tools), settleActivity(tools)];
  return {
    survey: input => sweeping(() => surveyWith(tools, input)),
    scan: input => sweeping(() => scan(input)),
    takeUp: input => sweeping(() => takeUp(input)),
    settle: input => sweeping(() => settle(input)),
  };
}

/** All that they do may be done again. */
function sweeping<T>(work: () => Promise<T>): Promise<T> {
  return whileAsking(work, { whenCancelled: true });
}

async function surveyWith(
  { engine }: SweepTools,
  input: Parameters<SweepActivities['survey']>[0],
): ReturnType<SweepActivities['survey']> {
  const [known, found, untold] = await Promise.all([
    memory(engine),
    survey(engine, input),
    findUndelivered(engine, input.now - input.stuckAfterMs),
  ]);
  return { ...found, ...untold, ...given({ memory: known }) };
}
