/** Owns `GET /metrics` (PROTOCOL §3): any role, or open where callers need not authenticate. */
import { type RequestHandler, Router } from 'express';
import { writeMetrics } from '../../telemetry/metrics/text';
import { type ApiDependencies } from '../dependencies';
import { guardHost } from '../hosts';
import { allowOnly } from '../methods';
import { permit } from '../permissions';
import { noteMount } from '../routeOf';

/** No rate limits it: what is scraped is what tells of a flood. */
export function metricsRoutes(
  { config, metrics }: Pick<ApiDependencies, 'config' | 'metrics'>,
  identify: RequestHandler,
): Router {
  const router = Router({ caseSensitive: true });
  router.use(noteMount('/metrics', router), guardHost(config), identify);
  router
    .route('/')
    .get(permit('read'), async (request, response) => {
      const { contentType, text } = await writeMetrics(metrics.registry, request.headers.accept);
      response.set('content-type', contentType).end(text);
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}
