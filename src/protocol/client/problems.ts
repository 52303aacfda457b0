/**
 * Owns the errors that clients see (PROTOCOL §3, RFC 9457): the stable `type` of each, `/problems/<name>`, its status, title and shape.
 *
 * | name | status | when |
 * |---|---|---|
 * | `invalid-json` | 400 | the body is not JSON; `errors` says where |
 * | `invalid-request` | 400 | a field of the body or a header is wrong; `errors` names each |
 * | `unauthenticated` | 401 | no credentials, or not valid ones |
 * | `role-not-allowed` | 403 | the caller's role may not do this |
 * | `participant-not-allowed` | 403 | a participant's URL is refused by policy; `errors` names each |
 * | `receiver-not-allowed` | 403 | the URL of `notify` is refused by policy |
 * | `not-found` | 404 | there is no such path |
 * | `not-held` | 404 | the holder neither holds nor awaits the lock, or it is another client's |
 * | `unknown-transaction` | 404 | there is none of this id, or it is another client's |
 * | `method-not-allowed` | 405 | `Allow` says which are |
 * | `lock-timeout` | 408 | `waitMs` has passed: `heldBy` has the lock, `ahead` wait before |
 * | `lock-conflict` | 409 | the holder has or awaits it otherwise, or it is not the caller's, or a transaction's that runs |
 * | `action-conflict` | 409 | the action does not apply to the transaction as it is |
 * | `foreign-workflow` | 409 | another program's workflow has the id, of the transaction or of the lock, in Temporal |
 * | `expired-transaction` | 410 | older than the engine keeps records |
 * | `state-changed` | 412 | the transaction is not as `If-Match` says it was seen; `changes` says what is different |
 * | `body-too-large` | 413 | over `DTC_MAX_BODY_BYTES` |
 * | `unsupported-media-type` | 415 | `content-type` is not JSON, or the body is encoded |
 * | `misdirected-request` | 421 | `Host` names another service (DNS rebinding) |
 * | `idempotency-key-reused` | 422 | the key belongs to another request |
 * | `lock-queue-full` | 503 | too many wait for the lock |
 * | `rate-limited` | 429 | the caller sends more requests a second than `DTC_RATE_LIMIT` |
 * | `internal-error` | 500 | a bug; the log has the rest |
 * | `engine-unavailable` | 503 | Temporal cannot be had: nothing was started |
 * | `start-unknown` | 503 | it may have been started, or may start yet: `Location` and `transactionId` say under which id |
 * | `overloaded` | 503 | more transactions are started, or listed, than can be done: nothing was started |
 * | `worker-unavailable` | 503 | no worker took the action, or nobody knows; `/readyz` at `DTC_METRICS_PORT`: this process's worker does not poll |
 * | `stopping` | 503 | `/readyz`, and whoever waits for a lock: the coordinator is on its way down |
 * | `keys-unavailable` | 503 | the keys that tokens are checked with cannot be had |
 */
import { z } from 'zod';
import { type Answered } from './answered';

const kinds = {
  'invalid-json': [400, 'The body is not JSON'],
  'invalid-request': [400, 'The request is not valid'],
  unauthenticated: [401, 'Authentication is needed'],
  'role-not-allowed': [403, 'Your role may not do this'],
  'participant-not-allowed': [403, 'A participant may not be called'],
  'receiver-not-allowed': [403, 'The receiver of notifications may not be called'],
  'not-found': [404, 'There is nothing here'],
  'not-held': [404, 'The holder does not have the lock'],
  'unknown-transaction': [404, 'There is no such transaction'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'lock-timeout': [408, 'The lock was not free in time'],
  'lock-conflict': [409, 'The lock cannot be had or released so'],
  'action-conflict': [409, 'The action does not apply'],
  'foreign-workflow': [409, 'A workflow of another program is in the way'],
  'expired-transaction': [410, 'The transaction has expired'],
  'state-changed': [412, 'The transaction is not as it was seen'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'misdirected-request': [421, 'The request was meant for another service'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'rate-limited': [429, 'Too many requests of one caller'],
  'internal-error': [500, 'The coordinator failed'],
  'engine-unavailable': [503, 'Temporal is not available'],
  'start-unknown': [503, 'It is not known whether it was started'],
  overloaded: [503, 'More is asked for than can be done'],
  'lock-queue-full': [503, 'Too many wait for the lock'],
  'worker-unavailable': [503, 'No worker answered'],
  stopping: [503, 'The coordinator is stopping'],
  'keys-unavailable': [503, 'Tokens cannot be checked'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemName = keyof typeof kinds;

/** Status and title of each. */
export const problemTypes: Readonly<Record<ProblemName, readonly [number, string]>> = kinds;

export const problemNames = Object.keys(kinds) as readonly ProblemName[];

export const problemError = z
  .object({
    pointer: z.string().describe('Where in the body: a JSON pointer (RFC 6901)').exactOptional(),
    header: z.string().describe('Which header').exactOptional(),
    query: z.string().describe('Which parameter of the query').exactOptional(),
    value: z
      .union([z.string(), z.number(), z.boolean(), z.null()])
      .describe('What was there, where that may be shown; long ones are cut')
      .exactOptional(),
    message: z.string().describe('What is allowed'),
  })
  .describe('One thing that was wrong, and where');
export type ProblemError = Answered<typeof problemError>;

const heldBy = z.array(z.string()).describe('Who has the lock');

/** Members that only this one has (RFC 9457 §3.2). */
const members: Partial<Record<ProblemName, z.ZodRawShape>> = {
  'lock-timeout': { heldBy, ahead: z.int().min(0).describe('So many wait before') },
  'lock-conflict': { heldBy: heldBy.exactOptional() },
  'lock-queue-full': { heldBy },
  'state-changed': {
    changes: z
      .array(
        z.object({
          member: z.string().describe('Of the document, or of a participant'),
          participant: z.string().describe('Whose, where it is not the transaction’s').exactOptional(),
          was: z.string(),
          is: z.string(),
        }),
      )
      .describe('What is different now; absent where the tag is not known here')
      .exactOptional(),
  },
  'start-unknown': {
    transactionId: z.string().describe('Under which it may have been started').exactOptional(),
    workflowId: z.string().describe("Of a sweep's workflow in Temporal").exactOptional(),
  },
};

/** Those whose `errors` name each thing that is wrong. */
const withErrors: readonly ProblemName[] = [
  'invalid-request',
  'participant-not-allowed',
  'receiver-not-allowed',
  'unsupported-media-type',
  'misdirected-request',
];

export function problemSchema(name: ProblemName): z.ZodObject {
  const [statusCode, title] = kinds[name];
  return z
    .object({
      type: z.literal(`/problems/${name}`),
      title: z.string(),
      status: z.literal(statusCode),
      detail: z.string().describe('What was wrong this time'),
      ...(withErrors.includes(name) ? { errors: z.array(problemError).exactOptional() } : {}),
      ...members[name],
    })
    .describe(title);
}
