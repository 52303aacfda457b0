/** Owns `/healthz` (this process answers) and `/readyz` (Temporal answers; workers are not asked). Neither needs a token. */
import { Router } from 'express';
import { type ApiDependencies } from './dependencies';
import { allowOnly } from './methods';
import { Problem, retryAfter } from './problems';

export function serviceRoutes({
  coordinator,
  stopping,
}: Pick<ApiDependencies, 'coordinator' | 'stopping'>): Router {
  const router = Router();
  router
    .route('/healthz')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route('/readyz')
    .get(async (_request, response) => {
      if (stopping.aborted)
        throw new Problem('stopping', 'the coordinator is stopping', { headers: retryAfter });
      if (!(await coordinator.ready())) throw engineUnavailable();
      response.json({ status: 'ready' });
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}

function engineUnavailable(): Problem {
  return new Problem('engine-unavailable', 'Temporal does not answer', { headers: retryAfter });
}
