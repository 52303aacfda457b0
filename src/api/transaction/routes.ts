/** Owns which routes there are under `/transactions` (PROTOCOL §3), who may call them and which of them read a body. */
import { type Response, Router } from 'express';
import { abort, resolve, retry } from './act';
import { resolveMany, retryMany } from '../bulk/routes';
import { jsonBody, optionalJsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { count, list } from '../list/routes';
import { events } from './events';
import { contextOf } from '../requestContext';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { permit } from '../permissions';
import { Problem } from '../problems';
import { read } from './read';
import { start } from './start';
import { isAuthenticated } from '../../config/bindRule';
import { WaitingRoom, roomOf } from '../waitingRoom';

export function transactionRoutes(api: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const json = jsonBody(api.config.limits.maxBodyBytes);
  const optionalJson = optionalJsonBody(api.config.limits.maxBodyBytes);
  router.param('id', rememberId);
  const size = roomOf(api.config.maxWaiting, isAuthenticated(api.config));
  const room = new WaitingRoom(size, api.metrics.waiting);
  router
    .route('/')
    .get(permit('list'), list(api))
    .post(permit('start'), noQuery, json, start(api, room))
    .all(allowOnly('GET, HEAD, POST'));
  router.route('/count').get(permit('list'), count(api)).all(allowOnly('GET, HEAD')); // too short for an id
  router.route('/retry').post(permit('retry'), noQuery, optionalJson, retryMany(api)).all(allowOnly('POST'));
  router.route('/resolve').post(permit('resolve'), noQuery, json, resolveMany(api)).all(allowOnly('POST'));
  router.route('/:id').get(permit('read'), noQuery, read(api, room)).all(allowOnly('GET, HEAD'));
  router.route('/:id/events').get(permit('read'), noQuery, events(api, room)).all(allowOnly('GET, HEAD'));
  router.route('/:id/abort').post(permit('abort'), noQuery, optionalJson, abort(api)).all(allowOnly('POST'));
  router.route('/:id/retry').post(permit('retry'), noQuery, optionalJson, retry(api)).all(allowOnly('POST'));
  router.route('/:id/resolve').post(permit('resolve'), noQuery, json, resolve(api)).all(allowOnly('POST'));
  return router;
}

/** What cannot be an id is not asked about, nor repeated in logs. */
function rememberId(_request: unknown, response: Response, next: () => void, id: string): void {
  if (!/^[a-z0-9]{1,64}$/.test(id))
    throw new Problem('unknown-transaction', 'there is no transaction of this id');
  contextOf(response).transactionId = id;
  next();
}
