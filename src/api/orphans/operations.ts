/** Owns what `/openapi.json` says of the orphan sweep (PROTOCOL §3). */
import { orphansReport, sweepUnderWay } from '../../protocol/client/orphans';
import { traceContext } from '../openapi/headers';
import { type Operation, identified, withBody } from '../openapi/operation';
import { sweepBody } from '../transaction/bodies';

export const orphanOperations: Operation[] = [
  {
    ...{ method: 'get', path: '/orphans', id: 'readOrphans', tag: 'Operating' },
    summary: 'What the last orphan sweep found',
    action: 'sweep',
    answers: { 200: { description: 'Its report', json: orphansReport } },
    problems: [...identified, 'invalid-request', 'engine-unavailable'],
  },
  {
    ...{ method: 'post', path: '/orphans/sweep', id: 'sweepOrphans', tag: 'Operating' },
    summary: 'Sweep now',
    action: 'sweep',
    parameters: traceContext,
    body: { schema: sweepBody, required: false, examples: { 'a look alone': { dryRun: true } } },
    answers: {
      200: { description: 'Its report', json: orphansReport },
      202: {
        description: 'It takes longer than 25 s, and goes on',
        json: sweepUnderWay,
        headers: ['Location'],
      },
    },
    problems: [...identified, ...withBody, 'engine-unavailable', 'start-unknown', 'worker-unavailable'],
  },
];
