/** Owns the set of activities that the orphan sweep is made of. */
import { type SweepActivities } from '../../src/protocol/orphans/steps';
import { whileBeating } from '../heartbeat';
import { type SweepPorts } from './ports';
import { scanActivity } from './scan';
import { settleActivity } from './settle';
import { takeUpActivity } from './takeUp';

export function createSweepActivities(ports: SweepPorts): SweepActivities {
  return {
    survey: input =>
      whileBeating(undefined, async () => {
        const [memory, survey] = await Promise.all([ports.memory(), ports.survey(input)]);
        return { ...survey, ...(memory === undefined ? {} : { memory }) };
      }),
    scan: scanActivity(ports),
    takeUp: takeUpActivity(ports),
    settle: settleActivity(ports),
  };
}
