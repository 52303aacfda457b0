/** Owns the set of activities that the orphan sweep is made of, and what they are given. */
import { memory } from '../../src/coordinator/orphans/reports';
import { survey } from '../../src/coordinator/orphans/survey';
import { findUndelivered } from '../../src/coordinator/orphans/undelivered';
import { type SweepActivities } from '../../src/protocol/orphans/steps';
import { whileBeating } from '../heartbeat';
import { scanActivity } from './scan';
import { settleActivity } from './settle';
import { type SweepTools } from './tools';
import { takeUpActivity } from './takeUp';
import { given } from '../../src/protocol/wire/given';

export function createSweepActivities(tools: SweepTools): SweepActivities {
  const { engine } = tools;
  return {
    survey: input =>
      whileBeating(undefined, async () => {
        const [known, found, untold] = await Promise.all([
          memory(engine),
          survey(engine, input),
          findUndelivered(engine, input.now - input.stuckAfterMs),
        ]);
        return { ...found, ...untold, ...given({ memory: known }) };
      }),
    scan: scanActivity(tools),
    takeUp: takeUpActivity(tools),
    settle: settleActivity(tools),
  };
}
