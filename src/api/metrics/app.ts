/** Owns what answers at `DTC_METRICS_PORT`, for workers too: `/metrics`, `/healthz` and `/readyz`, which asks this process's worker as well. */
import express, { type Express } from 'express';
import helmet from 'helmet';
import { type ApiDependencies } from '../dependencies';
import { nothingHere } from '../methods';
import { answerWithProblem } from '../problemAnswer';
import { logRequests } from '../requestLog';
import { type Readiness } from '../readiness';
import { serviceRoutes } from '../service';
import { authenticate } from '../authentication';
import { metricsRoutes } from './routes';

type MetricsApi = Pick<ApiDependencies, 'config' | 'log' | 'metrics'> & Readiness;

export function createMetricsApi(api: MetricsApi): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(logRequests(api.log, api.metrics), helmet(), serviceRoutes(api));
  app.use('/metrics', metricsRoutes(api, authenticate(api.config.auth, api.log)));
  app.use(nothingHere, answerWithProblem);
  return app;
}
