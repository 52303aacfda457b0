/**
 * Owns `/healthz` (this process answers) and `/readyz` (Temporal answers). Neither needs a token. The API's asks no worker, since it has use for
 * callers without one; that of `DTC_METRICS_PORT` does.
 */
import { Router } from 'express';
import { type ApiDependencies } from './dependencies';
import { allowOnly } from './methods';
import { Problem, retryAfter } from './problems';

export interface Readiness extends Pick<ApiDependencies, 'stopping'> {
  readonly coordinator: Pick<ApiDependencies['coordinator'], 'ready'>;
  /** Why this process's worker takes no work; undefined where it does, or there is none. */
  readonly whyIdle?: () => string | undefined;
}

export function serviceRoutes({ coordinator, stopping, whyIdle }: Readiness): Router {
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
      const idle = whyIdle?.();
      if (idle !== undefined) throw new Problem('worker-unavailable', idle, { headers: retryAfter });
      response.json({ status: 'ready' });
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}

function engineUnavailable(): Problem {
  return new Problem('engine-unavailable', 'Temporal does not answer', { headers: retryAfter });
}
