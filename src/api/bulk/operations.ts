/** Owns what `/openapi.json` says of actions on many transactions, and of whom they wait for (PROTOCOL §3). */
import { bulkReport, sickHosts } from '../../protocol/client/many';
import { type ProblemName } from '../../protocol/client/problems';
import { traceContext } from '../openapi/headers';
import { type Answer, type Operation, identified, withBody } from '../openapi/operation';
import { resolveManyBody, retryManyBody } from './bodies';

const description = 'What was done, or would be; the same request again does the rest';

function report(counts: object): Answer {
  return {
    description,
    json: bulkReport,
    example: { matched: 12, acted: 12, ...counts, failed: [], dryRun: false },
  };
}

const ofActing = [...identified, ...withBody, 'engine-unavailable'] as const satisfies readonly ProblemName[];

export const bulkOperations: Operation[] = [
  {
    ...{ method: 'post', path: '/transactions/retry', id: 'retryTransactions', tag: 'Operating' },
    summary: 'Retry all that wait, or all that wait for a host',
    action: 'retry',
    parameters: traceContext,
    body: {
      schema: retryManyBody,
      required: false,
      examples: { 'those that wait for a host': { participant: 'pay.example.com', dryRun: true } },
    },
    answers: { 200: report({ asking: 1 }) },
    problems: ofActing,
  },
  {
    ...{ method: 'post', path: '/transactions/resolve', id: 'resolveTransactions', tag: 'Operating' },
    summary: 'Settle all participants at a host that phase two waits for',
    action: 'resolve',
    parameters: traceContext,
    body: {
      schema: resolveManyBody,
      required: true,
      examples: {
        'a service that is gone for good': {
          participant: 'pay.example.com',
          outcome: 'unknown',
          reason: 'the service was retired',
          dryRun: true,
        },
      },
    },
    answers: { 200: report({}) },
    problems: ofActing,
  },
  {
    ...{ method: 'get', path: '/participants', id: 'listSickParticipants', tag: 'Operating' },
    summary: 'Whom transactions in trouble wait for',
    action: 'hosts',
    answers: { 200: { description: 'Hosts, most first', json: sickHosts } },
    problems: [...identified, 'invalid-request', 'engine-unavailable'],
  },
];
