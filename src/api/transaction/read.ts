/** Owns `GET /transactions/<id>`: the document, with `Prefer: wait` once `state` is another than it was on arrival. */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Reading } from '../../coordinator/transaction/contract';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { ownOnly } from '../permissions';
import { applyWait, waitMs, waitSeconds } from '../preferences';
import { waiting } from '../waiting';

export function read(api: ApiDependencies): RequestHandler<{ id: string }> {
  return async (request: Request<{ id: string }>, response) => {
    const seconds = waitSeconds(request, api.config);
    const reading = await api.coordinator.read(request.params.id, ownOnly(callerOf(response)));
    if (seconds !== undefined) applyWait(response, seconds);
    const { document } = await waitForChange(api, response, reading, seconds ?? 0);
    response.json(document);
  };
}

/** What has ended does not change any more, so nobody waits for it. */
async function waitForChange(
  { config, coordinator, stopping }: ApiDependencies,
  response: Response,
  reading: Reading,
  seconds: number,
): Promise<Reading> {
  const { state, endedAt } = reading.document;
  if (seconds === 0 || endedAt !== undefined) return reading;
  const timeoutMs = waitMs(response, seconds, config);
  return waiting(response, stopping, signal =>
    coordinator.wait(reading, { until: { is: 'state', from: state }, timeoutMs, signal }),
  );
}
