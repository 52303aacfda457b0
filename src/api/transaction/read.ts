/** Owns `GET /transactions/<id>`: the document, with `Prefer: wait` once `state` is another than it was on arrival. */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Reading } from '../../coordinator/transaction/contract';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { ownOnly } from '../permissions';
import { tagged } from './preconditions';
import { applyWait, waitMs, waitSeconds, withoutWait } from '../preferences';
import { waiting } from '../waiting';
import { type WaitingRoom } from '../waitingRoom';

export function read(api: ApiDependencies, room: WaitingRoom): RequestHandler<{ id: string }> {
  return async (request: Request<{ id: string }>, response) => {
    const seconds = waitSeconds(request, api.config);
    const reading = await api.coordinator.read(request.params.id, ownOnly(callerOf(response)));
    if (seconds !== undefined) applyWait(response, seconds);
    const now = await waitForChange({ ...api, room }, response, reading, seconds ?? 0);
    if (now === undefined) withoutWait(response);
    const document = tagged((now ?? reading).document);
    response.set('etag', document.etag).json(document); // `304` by Express, where If-None-Match has it
  };
}

/** What has ended does not change any more, so nobody waits for it. Undefined where there is no room to wait. */
async function waitForChange(
  { config, coordinator, stopping, room }: ApiDependencies & { readonly room: WaitingRoom },
  response: Response,
  reading: Reading,
  seconds: number,
): Promise<Reading | undefined> {
  const { state, endedAt } = reading.document;
  if (seconds === 0 || endedAt !== undefined) return reading;
  const timeoutMs = waitMs(response, seconds, config);
  return room.wait(callerOf(response), () =>
    waiting(response, stopping, signal =>
      coordinator.wait(reading, { until: { is: 'state', from: state }, timeoutMs, signal }),
    ),
  );
}
