/** Owns what `/openapi.json` says of lists of transactions (PROTOCOL §3). */
import { countOfTransactions, listOfTransactions } from '../../protocol/client/listed';
import { type ProblemName } from '../../protocol/client/problems';
import { type Operation, identified, queryOf } from '../openapi/operation';
import { filters, labelFilters, pages } from './parameters';

const problems = [
  ...identified,
  'invalid-request',
  'engine-unavailable',
  'overloaded',
] as const satisfies readonly ProblemName[];

const labels = { in: 'query', name: 'label.<name>', schema: labelFilters, isMany: true } as const;

export const listOperations: Operation[] = [
  {
    ...{ method: 'get', path: '/transactions', id: 'listTransactions', tag: 'Transactions' },
    summary: 'List transactions',
    description:
      'What runs first, the newest first; then what has ended. A client sees its own, an operator all.',
    action: 'list',
    parameters: [...queryOf(filters), labels, ...queryOf(pages)],
    answers: {
      200: { description: 'A page; the last one is where there is no `next`', json: listOfTransactions },
    },
    problems,
  },
  {
    ...{ method: 'get', path: '/transactions/count', id: 'countTransactions', tag: 'Transactions' },
    summary: 'Count transactions',
    action: 'list',
    parameters: [...queryOf(filters), labels],
    answers: { 200: { description: 'How many', json: countOfTransactions, example: { count: 3 } } },
    problems,
  },
];
