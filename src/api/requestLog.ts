/** Owns the log line of each request, and that it is counted: no query, no body, no header (I11). */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Log } from '../telemetry/log';
import { type Metrics } from '../telemetry/metrics/metrics';
import { contextOf } from './requestContext';
import { messagesOf } from './messages';
import { routeOf } from './routeOf';

/** As proxies write a request whose client has gone before the answer. */
const clientGone = 499;

export function logRequests(log: Log, metrics: Pick<Metrics, 'answered'>): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    contextOf(response).arrivedAt = Date.now();
    const { baseUrl } = request;
    response.once('close', () => {
      const ms = performance.now() - startedAt;
      write(log, request, response, { durationMs: Math.round(ms), baseUrl });
      const code = response.writableFinished ? response.statusCode : clientGone;
      metrics.answered({ method: request.method, route: routeOf(request, response), code, ms });
    });
    next();
  };
}

/** Of probes and scrapes, every few seconds. */
const looks: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

interface Served {
  readonly durationMs: number;
  /** Where the API is mounted. */
  readonly baseUrl: string;
}

function write(log: Log, request: Request, response: Response, { durationMs, baseUrl }: Served): void {
  const { caller, transactionId, lock, failure, span } = contextOf(response);
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  const local = path.slice(baseUrl.length).replace(/\/$/, '');
  const ending = response.writableFinished ? { status: response.statusCode } : { clientGone: true };
  const line = {
    method: request.method,
    path,
    ...ending,
    durationMs,
    caller: caller?.name,
    transactionId,
    ...lock,
    trace_id: span?.traceId,
  };
  if (response.statusCode === 500) log.error({ ...line, err: failure }, 'request failed');
  else if (response.statusCode > 500 && local !== '/readyz')
    log.warn({ ...line, why: messagesOf(failure) }, 'request not served');
  // what probes find is told where it changes (`readiness.ts`)
  else if (looks.has(local)) log.debug(line, 'request');
  else log.info(line, 'request');
}
