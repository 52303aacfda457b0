/**
 * Owns `/console` (docs/CONSOLE.md): the operator's console in a browser, its files without a token, since nothing of a caller is in them,
 * and what it has to know of this server, to operators and clients. All else it asks of the API, as any client does.
 */
import { type RequestHandler, type Response, Router } from 'express';
import { isAuthenticated } from '../../config/bindRule';
import { EngineUnavailable } from '../../coordinator/errors';
import { type ConsoleFacts } from '../../protocol/client/console';
import { given } from '../../protocol/wire/given';
import { type ApiDependencies } from '../dependencies';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { program } from '../openapi/routes';
import { permit } from '../permissions';
import { Problem } from '../problems';
import { callerOf } from '../requestContext';
import { type Kept, consoleFiles } from './page';

/** Nothing of elsewhere, nothing inline, in nobody's frame; text never becomes a script. */
const policy = [
  "default-src 'none'",
  ...['script', 'style', 'connect', 'img'].map(kind => `${kind}-src 'self'`),
  ...[
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ],
].join('; ');

/** By their names they never change. */
const forEver = 'public, max-age=31536000, immutable';

export function consolePages(): Router {
  const router = Router({ caseSensitive: true });
  router.route('/').get(page).all(allowOnly('GET, HEAD'));
  router.route('/assets/:file').get(asset).all(allowOnly('GET, HEAD'));
  return router;
}

/** What the page names is beside it, wherever a proxy has put it; so its own path ends with a slash. */
const page: RequestHandler = (request, response) => {
  const [path = '', query] = request.originalUrl.split('?');
  if (!path.endsWith('/')) {
    response
      .set('location', `console/${query === undefined ? '' : `?${query}`}`)
      .status(308)
      .end();
    return;
  }
  const { page: html } = consoleFiles();
  response.set({ 'content-security-policy': policy, 'cache-control': 'no-cache', etag: html.etag });
  send(response, html);
};

/** How the program of a build is called. */
const programName = /^main-[A-Za-z0-9]{8}\.js$/;

/**
 * While versions change, the page may come from one process and what it names be asked of another, which has it not. That one hands out what
 * reads the page anew, until both are of one process: who waits in front of an empty page would have to know. (`404` would be final: nothing
 * inline is run, so nobody would hear of it.)
 */
const asset: RequestHandler<{ file: string }> = (request, response) => {
  const { file } = request.params;
  const { assets, again } = consoleFiles();
  const found = assets.get(file);
  if (found !== undefined) response.set('cache-control', forEver);
  else if (!programName.test(file)) throw new Problem('not-found', 'the console has no such file');
  send(response, found ?? again);
};

function send(response: Response, { type, bytes, gzipped }: Kept): void {
  response.set({ 'content-type': type, vary: 'Accept-Encoding' });
  const takesGzip = response.req.acceptsEncodings('gzip') === 'gzip';
  if (takesGzip) response.set('content-encoding', 'gzip');
  response.send(takesGzip ? gzipped : bytes);
}

export function consoleFacts(api: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/about')
    .get(permit('console'), noQuery, async (_request, response) => {
      response.json(factsOf(api, response, await workersOf(api)));
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}

/** Undefined where Temporal does not say: what the page has to know else is known here. */
async function workersOf(api: ApiDependencies): Promise<readonly string[] | undefined> {
  try {
    return await api.workers();
  } catch (error) {
    if (error instanceof EngineUnavailable) return undefined;
    throw error;
  }
}

function factsOf({ config }: ApiDependencies, response: Response, workers?: readonly string[]): ConsoleFacts {
  const { name, role } = callerOf(response);
  const { temporal, taskQueue, limits, sweep, longestWaitS, webUiOrigins, publicUrl, rateLimit } = config;
  return {
    version: program().version,
    caller: { name, role },
    authenticated: isAuthenticated(config),
    temporal: { namespace: temporal.namespace, taskQueue, ...given({ webUi: webUiOrigins[0] }) },
    ...(workers === undefined ? {} : { workers: [...workers] }),
    settings: {
      ...given({ DTC_PUBLIC_URL: publicUrl, DTC_RATE_LIMIT: rateLimit }),
      DTC_LONGEST_WAIT_S: longestWaitS,
      DTC_PREPARE_TIMEOUT_MS: limits.prepareTimeoutMs,
      DTC_PREPARE_ATTEMPTS: limits.prepareAttempts,
      DTC_COMPLETION_TIMEOUT_MS: limits.completionTimeoutMs,
      DTC_COMPLETION_ATTEMPTS: limits.completionAttempts,
      DTC_ATTENTION_RETRY_MS: limits.attentionRetryMs,
      DTC_TRANSACTION_TIMEOUT_MS: limits.transactionTimeoutMs,
      DTC_LOCK_TIMEOUT_MS: limits.lockTimeoutMs,
      DTC_ON_COMMIT_FAILURE: limits.onCommitFailure,
      DTC_SWEEP_INTERVAL_MS: sweep.intervalMs,
      DTC_STUCK_AFTER_MS: sweep.stuckAfterMs,
    },
  };
}
