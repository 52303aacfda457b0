/**
 * Owns `/healthz` (this process answers) and `/readyz` (Temporal answers). Neither needs a token. The API's asks no worker, since it has use for
 * callers without one; that of `DTC_METRICS_PORT` does.
 */
import { Router } from 'express';
import { allowOnly } from './methods';
import { type Readiness, readiness } from './readiness';

export function serviceRoutes(of: Readiness): Router {
  const router = Router();
  const whyNotReady = readiness(of);
  router
    .route('/healthz')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route('/readyz')
    .get(async (_request, response) => {
      const why = await whyNotReady();
      if (why !== undefined) throw why;
      response.json({ status: 'ready' });
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}
