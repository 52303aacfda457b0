/**
 * Owns the order in which a request meets its handlers: log, service routes, problem pages and the API's description (no token), its span where it is traced, its turn in a burst, host guard (once it is known whose route it is), caller and its rate, transactions,
 * and what becomes of errors.
 */
import { setMaxListeners } from 'node:events';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { isAuthenticated } from '../config/bindRule';
import { authenticate } from './authentication';
import { type ApiDependencies } from './dependencies';
import { participantRoutes } from './bulk/routes';
import { consoleFacts, consolePages } from './console/routes';
import { codecRoutes, letWebUi } from './codec/routes';
import { guardHost } from './hosts';
import { inPieces } from './inPieces';
import { lockRoutes } from './lock/routes';
import { metricsRoutes } from './metrics/routes';
import { nothingHere } from './methods';
import { orphanRoutes } from './orphans/routes';
import { openApiRoutes } from './openapi/routes';
import { answerWithProblem } from './problemAnswer';
import { problemPages } from './problemPages';
import { limitRate } from './rateLimit';
import { logRequests } from './requestLog';
import { noteMount } from './routeOf';
import { serviceRoutes } from './service';
import { traceRequests } from './traced';
import { plainJson } from '../protocol/wire/plainText';
import { transactionRoutes } from './transaction/routes';

export function createApi(api: ApiDependencies): Express {
  setMaxListeners(Infinity, api.stopping); // one a waiting request
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // answers change from one request to the next, and none is cached
  app.use(logRequests(api.log, api.metrics), helmet(), neverCached, atMount, plainAnswers);
  app.use(serviceRoutes(api), problemPages(), openApiRoutes(api));
  if (api.traces !== undefined) app.use(traceRequests(api.traces));
  app.use(inPieces());
  const guard = guardHost(api.config);
  const identify = authenticate(api.config.auth, api.log); // one for all: it has the keys of JWTs
  const limited = limitRate(api.config.rateLimit, isAuthenticated(api.config));
  const mount = (path: string, router: Router, limits = [limited]): Express =>
    app.use(path, noteMount(path, router), guard, identify, limits, router);
  mount('/transactions', transactionRoutes(api));
  mount('/participants', participantRoutes(api));
  mount('/locks', lockRoutes(api));
  mount('/orphans', orphanRoutes(api));
  app.use('/codec', letWebUi(api.config.webUiOrigins));
  mount('/codec', codecRoutes(api), []); // the CLI asks once for each payload of a history
  if (api.config.console) {
    const pages = consolePages();
    app.use('/console', noteMount('/console', pages), guard, pages);
    mount('/console', consoleFacts(api));
  }
  app.use('/metrics', metricsRoutes(api, identify));
  app.use(guard, nothingHere, answerWithProblem);
  return app;
}

const neverCached: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

/** Where the API is mounted under a path of its host's, so is what it points at. */
const atMount: RequestHandler = ({ baseUrl }, response, next) => {
  if (baseUrl !== '') {
    const set = response.setHeader.bind(response);
    response.setHeader = (name, value) => {
      const isOurs = name.toLowerCase() === 'location' && typeof value === 'string' && value.startsWith('/');
      return set(name, isOurs ? `${baseUrl}${value}` : value);
    };
  }
  next();
};

/** `curl` prints an answer as it is. All that is sent is JSON, which keeps its meaning; labels are among it. */
const plainAnswers: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = body => send(typeof body === 'string' ? plainJson(body) : body);
  next();
};
