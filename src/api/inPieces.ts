/**
 * Owns that a burst of requests is begun in pieces: between two of them everything else in the process has its turn, health checks and
 * heartbeats among it. In order of arrival; a request that comes alone waits for nothing.
 */
import { type NextFunction, type RequestHandler } from 'express';

const atOnce = 8;

export function inPieces(): RequestHandler {
  const waiting: NextFunction[] = [];
  /** In this turn of the event loop. */
  let begun = 0;
  const goOn = (): void => {
    begun = 0;
    for (const next of waiting.splice(0, atOnce)) begin(next);
  };
  const begin = (next: NextFunction): void => {
    if (begun === 0) setImmediate(goOn);
    begun += 1;
    next();
  };
  return (_request, _response, next) => {
    if (begun < atOnce && waiting.length === 0) begin(next);
    else waiting.push(next);
  };
}
