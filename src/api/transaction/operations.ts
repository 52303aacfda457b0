/** Owns what `/openapi.json` says of the routes of one transaction (PROTOCOL §3). */
import { type Config } from '../../config/config';
import { endEvent, transactionDocument, transactionId } from '../../protocol/client/document';
import { actedOrForeseen } from '../../protocol/client/foreseen';
import { type ProblemName } from '../../protocol/client/problems';
import { type sentTransaction } from '../../protocol/client/sentTransaction';
import { idempotencyKey, ifMatch, ifNoneMatch, lastEventId, prefer, traceContext } from '../openapi/headers';
import { type Answer, type Operation, type Parameter, identified, withBody } from '../openapi/operation';
import { abortBody, resolveBody, retryBody } from './bodies';
import { example } from './example';

export const id: Parameter = { in: 'path', name: 'id', schema: transactionId, required: true };

const document = (description: string, more: Partial<Answer> = {}): Answer => ({
  description,
  json: transactionDocument,
  example,
  ...more,
});

const acted = (description: string): Answer => ({
  ...document(`${description}. With \`dryRun\`: what it would come to`, { json: actedOrForeseen }),
});

/** What a look at one may come to. */
const ofReading = [
  ...identified,
  'invalid-request',
  'unknown-transaction',
  'foreign-workflow',
  'expired-transaction',
  'engine-unavailable',
] as const satisfies readonly ProblemName[];

const ofActing = [
  ...ofReading,
  ...withBody,
  'action-conflict',
  'state-changed',
  'worker-unavailable',
] as const satisfies readonly ProblemName[];

export function transactionOperations(
  sent: ReturnType<typeof sentTransaction>['request'],
  { longestWaitS }: Pick<Config, 'longestWaitS'>,
): Operation[] {
  return [
    {
      ...{ method: 'post', path: '/transactions', id: 'startTransaction', tag: 'Transactions' },
      summary: 'Start a transaction',
      description:
        'A JSON array of prepare URLs, or the long form. Answers once the start is durable: from then on nothing is lost. What is refused with `4xx` has started nothing.',
      action: 'start',
      parameters: [idempotencyKey, prefer('`status` is no longer `pending`', longestWaitS), ...traceContext],
      body: {
        schema: sent,
        required: true,
        examples: {
          'prepare URLs': ['http://127.0.0.1:9001/hotel/prepare', 'http://127.0.0.1:9001/car/prepare'],
          'the long form': {
            participants: [
              { url: 'http://127.0.0.1:9001/hotel/prepare', name: 'hotel', payload: { nights: 2 } },
              'http://127.0.0.1:9001/car/prepare',
            ],
            timeoutMs: 30_000,
            labels: { order: '4711' },
          },
        },
      },
      answers: {
        201: document('It was started, now or by an earlier request with this key', {
          headers: ['Location'],
          headersAtTimes: ['Preference-Applied', 'Retry-After'],
        }),
      },
      problems: [
        ...identified,
        ...withBody,
        'participant-not-allowed',
        'receiver-not-allowed',
        'foreign-workflow',
        'idempotency-key-reused',
        'engine-unavailable',
        'start-unknown',
        'overloaded',
        'stopping',
      ],
    },
    {
      ...{ method: 'get', path: '/transactions/{id}', id: 'readTransaction', tag: 'Transactions' },
      summary: 'Read a transaction',
      action: 'read',
      parameters: [id, prefer('`state` is another than on arrival', longestWaitS), ifNoneMatch],
      answers: {
        200: document('The document', {
          headers: ['ETag'],
          headersAtTimes: ['Preference-Applied', 'Retry-After'],
        }),
        304: {
          description: 'Nothing that is decided on has changed; attempts, errors and the next try may have',
          headers: ['ETag'],
          headersAtTimes: ['Preference-Applied', 'Retry-After'],
        },
      },
      problems: ofReading,
    },
    {
      ...{ method: 'get', path: '/transactions/{id}/events', id: 'watchTransaction', tag: 'Transactions' },
      summary: 'Watch a transaction',
      description:
        'Server-Sent Events: the document at once and after each change, until `end`. A stream that closes without `end` says nothing: come again.',
      action: 'read',
      parameters: [id, lastEventId],
      answers: {
        200: {
          description: 'The stream',
          events: { transaction: transactionDocument, end: endEvent },
          headers: ['X-Accel-Buffering'],
          headersAtTimes: ['Retry-After'],
        },
        204: { description: 'The client has had `end`: there is nothing more' },
      },
      problems: ofReading,
    },
    {
      ...{ method: 'post', path: '/transactions/{id}/abort', id: 'abortTransaction', tag: 'Transactions' },
      summary: 'Roll back, while nothing is decided',
      action: 'abort',
      parameters: [id, ifMatch, ...traceContext],
      body: {
        schema: abortBody,
        required: false,
        examples: { 'with a reason': { reason: 'the guest has gone' } },
      },
      answers: { 200: acted('The document after it; the repeat of one that took effect as well') },
      problems: ofActing,
    },
    {
      ...{ method: 'post', path: '/transactions/{id}/retry', id: 'retryTransaction', tag: 'Operating' },
      summary: 'Ask whoever is outstanding now',
      action: 'retry',
      parameters: [id, ifMatch, ...traceContext],
      body: { schema: retryBody, required: false, examples: { nothing: {} } },
      answers: { 200: acted('The document after it') },
      problems: ofActing,
    },
    {
      ...{ method: 'post', path: '/transactions/{id}/resolve', id: 'resolveTransaction', tag: 'Operating' },
      summary: 'Settle a participant that phase two waits for',
      action: 'resolve',
      parameters: [id, ifMatch, ...traceContext],
      body: {
        schema: resolveBody,
        required: true,
        examples: {
          'it has committed': { participant: 'p2', outcome: 'committed', reason: 'seen in its database' },
          'what would come of it': { participant: 'p2', outcome: 'unknown', reason: 'gone', dryRun: true },
        },
      },
      answers: { 200: acted('The document after it; the repeat of one that took effect as well') },
      problems: ofActing,
    },
  ];
}
