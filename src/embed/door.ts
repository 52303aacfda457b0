/**
 * Owns the router of an embedded coordinator: the API while it serves, before and after it a problem that says so. The host listens, so what
 * the program's own server sees to is seen to here: who may be served without a token, and that running requests are waited for at the end.
 */
import express, { type Express, type Request, type RequestHandler, type Response, Router } from 'express';
import { answerWithProblem } from '../api/problemAnswer';
import { Problem, retryAfter } from '../api/problems';
import { isAuthenticated } from '../config/bindRule';
import { type Config } from '../config/config';
import { isLoopback } from '../config/parsers';
import { type Ms } from '../protocol/wire/phases';
import { type Log } from '../telemetry/log';

export interface Door {
  readonly router: Router;
  open(api: Express): void;
  /** No request is taken any more; those that run have `graceMs`, and are cut off then. */
  close(graceMs: Ms): Promise<void>;
}

type Guarded = Pick<Config, 'auth' | 'allowedParticipants' | 'role'>;

const notStarted = new Problem('engine-unavailable', 'the coordinator has not been started yet', {
  headers: retryAfter,
});
const stopping = new Problem('stopping', 'the coordinator is stopping', { headers: retryAfter });

export function createDoor(config: Guarded, log: Log): Door {
  const running = new Set<Response>();
  let idle = (): void => undefined;
  let app = refusing(notStarted);
  const router = Router();
  router.use((_request, response, next) => {
    running.add(response);
    response.once('close', () => {
      running.delete(response);
      if (running.size === 0) idle();
    });
    next();
  });
  router.use(guard(config), demandUnread(log), (request, response, next) => {
    void app(request, response, next);
  });
  router.use(answerWithProblem);
  return {
    router,
    open: api => {
      app = api;
    },
    close: async graceMs => {
      app = refusing(stopping);
      const over = new Promise<void>(resolve => (idle = resolve));
      if (running.size > 0) await atMost(graceMs, over);
      for (const response of running) response.destroy();
    },
  };
}

function refusing(problem: Problem): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(() => {
    throw problem;
  }, answerWithProblem);
  return app;
}

/** The bind rule (PROTOCOL §5), by where each request came in: on which addresses its host listens nobody has said. */
function guard(config: Guarded): RequestHandler {
  const missing = [
    ...(isAuthenticated(config) ? [] : ['DTC_API_TOKENS or DTC_JWKS_URL']),
    ...(config.role !== 'worker' && config.allowedParticipants.length === 0
      ? ['DTC_ALLOWED_PARTICIPANTS']
      : []),
  ];
  const detail = `without ${missing.join(', and ')} the coordinator serves callers by a loopback address alone`;
  return (request, _response, next) => {
    if (missing.length > 0 && !cameByLoopback(request)) throw new Problem('misdirected-request', detail);
    next();
  };
}

/** A socket of the file system has no address, and is of this machine. */
function cameByLoopback({ socket: { localAddress } }: Request): boolean {
  return localAddress === undefined || isLoopback(localAddress.replace(/^::ffff:/i, ''));
}

/** A body that somebody has read is gone, and its bounds were somebody else's. */
function demandUnread(log: Log): RequestHandler {
  return (request, _response, next) => {
    if ((request.body as unknown) === undefined) {
      next();
      return;
    }
    const detail =
      'the body was read before it came to the coordinator: mount its router before express.json()';
    log.error({ path: request.baseUrl }, detail);
    throw new Problem('internal-error', detail);
  };
}

async function atMost(ms: Ms, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
