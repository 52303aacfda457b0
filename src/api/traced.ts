/**
 * Owns the span of a request that may change something. Reads have none: a client that polls would fill its collector with them, and what
 * they read has a trace of its own.
 */
import { type RequestHandler } from 'express';
import { type Traces } from '../telemetry/traces/contract';
import { given } from '../protocol/wire/given';
import { contextOf } from './requestContext';
import { routeOf } from './routeOf';

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

export function traceRequests(traces: Traces): RequestHandler {
  return (request, response, next) => {
    if (reads.has(request.method)) {
      next();
      return;
    }
    const { traceparent, tracestate } = request.headers;
    const span = traces.serve(request.method, {
      traceparent: text(traceparent),
      tracestate: text(tracestate),
    });
    contextOf(response).span = span;
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : undefined;
      span.end(
        given({
          route: routeOf(request, response),
          status,
          transactionId: contextOf(response).transactionId,
        }),
      );
    });
    next();
  };
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
