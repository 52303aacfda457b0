/** Owns what `/openapi.json` says of the routes of locks (PROTOCOL §3). */
import { z } from 'zod';
import { lease, listOfLocks, lockDocument } from '../../protocol/client/locks';
import { type ProblemName } from '../../protocol/client/problems';
import { traceContext } from '../openapi/headers';
import { type Operation, type Parameter, identified, queryOf, withBody } from '../openapi/operation';
import { holderName, leaseBody, pages, resourceName, tokenSeen } from './bodies';

/** Of `GET /locks`, which is one or the other. */
export const lockOrLocks = z.union([listOfLocks, lockDocument]);

const resource: Parameter = { in: 'path', name: 'resource', schema: resourceName, required: true };
const holder: Parameter = { in: 'path', name: 'holder', schema: holderName, required: true };

const ofReading = [
  ...identified,
  'invalid-request',
  'foreign-workflow',
  'engine-unavailable',
  'worker-unavailable',
] as const satisfies readonly ProblemName[];

const ofReleasing = [...ofReading, 'not-held', 'lock-conflict'] as const satisfies readonly ProblemName[];

const released = { 204: { description: 'It is released' } };

export const lockOperations: Operation[] = [
  {
    ...{ method: 'post', path: '/locks', id: 'acquireLock', tag: 'Locks' },
    summary: 'Take a lock, or renew its lease',
    action: 'lock',
    parameters: traceContext,
    body: {
      schema: leaseBody,
      required: true,
      examples: {
        'for half a minute': { resource: 'account:4711', holder: 'worker-1', ttlMs: 30_000, waitMs: 5_000 },
      },
    },
    answers: {
      201: {
        description: 'It is held until `expiresAt`',
        json: lease,
        example: {
          ...{ resource: 'account:4711', mode: 'exclusive', holder: 'worker-1', fencingToken: 7 },
          expiresAt: '2026-11-24T10:22:30.305Z',
        },
        headers: ['Location'],
      },
    },
    problems: [...ofReading, ...withBody, 'lock-timeout', 'lock-conflict', 'lock-queue-full', 'stopping'],
  },
  {
    ...{ method: 'get', path: '/locks', id: 'listLocks', tag: 'Locks' },
    summary: 'Look at all locks, or at one',
    description: 'With `resource` alone: that lock. Without: all that are held or awaited, page by page.',
    action: 'lock',
    parameters: [...queryOf({ resource: resourceName }), ...queryOf(pages)],
    answers: { 200: { description: 'A page of locks, or the one that was named', json: lockOrLocks } },
    problems: ofReading,
  },
  {
    ...{ method: 'delete', path: '/locks', id: 'releaseLockNamed', tag: 'Locks' },
    summary: 'Release a lock',
    action: 'lock',
    parameters: [
      ...queryOf({ resource: resourceName, holder: holderName }).map(each => ({ ...each, required: true })),
      ...queryOf({ fencingToken: tokenSeen }),
      ...traceContext,
    ],
    answers: released,
    problems: ofReleasing,
  },
  {
    ...{ method: 'get', path: '/locks/{resource}', id: 'readLock', tag: 'Locks' },
    summary: 'Look at a lock',
    description: 'A `/` in the resource is written `%2F`, and has to arrive so: else name it in the query.',
    action: 'lock',
    parameters: [resource],
    answers: { 200: { description: 'Who holds and awaits it', json: lockDocument } },
    problems: ofReading,
  },
  {
    ...{ method: 'delete', path: '/locks/{resource}/{holder}', id: 'releaseLock', tag: 'Locks' },
    summary: 'Release a lock that is named in the path',
    action: 'lock',
    parameters: [resource, holder, ...traceContext],
    answers: released,
    problems: ofReleasing,
  },
];
