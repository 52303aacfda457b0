/** Owns what `/openapi.json` says of the process itself: health, metrics, and what explains the API. */
import { z } from 'zod';
import { problemNames } from '../protocol/client/problems';
import { ifNoneMatch } from './openapi/headers';
import { type Operation, type Parameter } from './openapi/operation';

export const healthy = z.object({ status: z.literal('ok') });
export const ready = z.object({ status: z.literal('ready') });

const pages = { 'text/plain': 'For a terminal', 'text/html': 'For a browser' };

const name: Parameter = { in: 'path', name: 'name', schema: z.enum(problemNames), required: true };

export const serviceOperations: Operation[] = [
  {
    ...{ method: 'get', path: '/healthz', id: 'readHealth', tag: 'Service' },
    summary: 'Whether this process answers',
    answers: { 200: { description: 'It does', json: healthy, example: { status: 'ok' } } },
    problems: [],
  },
  {
    ...{ method: 'get', path: '/readyz', id: 'readReadiness', tag: 'Service' },
    summary: 'Whether Temporal answers',
    description: 'Within a second; workers are not asked, but at `DTC_METRICS_PORT` that of the process.',
    answers: { 200: { description: 'It does', json: ready, example: { status: 'ready' } } },
    problems: ['internal-error', 'engine-unavailable', 'worker-unavailable', 'stopping'],
  },
  {
    ...{ method: 'get', path: '/metrics', id: 'readMetrics', tag: 'Service' },
    summary: 'Metrics for Prometheus',
    action: 'read',
    answers: {
      200: {
        description: 'All of them',
        text: {
          'text/plain': "Prometheus' format",
          'application/openmetrics-text': 'Where `accept` asks for it',
        },
      },
    },
    problems: ['misdirected-request', 'unauthenticated', 'internal-error', 'keys-unavailable'],
  },
  {
    ...{ method: 'get', path: '/problems', id: 'listProblems', tag: 'Service' },
    summary: 'What each problem means, and what to do',
    answers: { 200: { description: 'All of them', text: pages, headers: ['Vary'] } },
    problems: [],
  },
  {
    ...{ method: 'get', path: '/problems/{name}', id: 'readProblem', tag: 'Service' },
    summary: 'What a problem means, and what to do',
    parameters: [name],
    answers: { 200: { description: 'What happened, and what to do', text: pages, headers: ['Vary'] } },
    problems: ['invalid-request', 'not-found'],
  },
  {
    ...{ method: 'get', path: '/openapi.json', id: 'readOpenApi', tag: 'Service' },
    summary: 'This document',
    parameters: [ifNoneMatch],
    answers: {
      200: { description: 'OpenAPI 3.1', text: { 'application/json': 'The document' }, headers: ['ETag'] },
      304: { description: 'What is at hand is still right', headers: ['ETag'] },
    },
    problems: [],
  },
  {
    ...{ method: 'get', path: '/docs', id: 'readDocs', tag: 'Service' },
    summary: 'This document as a page',
    parameters: [ifNoneMatch],
    answers: {
      200: { description: 'HTML that loads nothing', text: { 'text/html': 'The page' }, headers: ['ETag'] },
      304: { description: 'What is at hand is still right', headers: ['ETag'] },
    },
    problems: [],
  },
];
