/**
 * Owns the way from a request to an answer (PROTOCOL §2). What goes wrong on this side is 5xx: the coordinator tries again.
 * A `404` would be a no to prepare, so it is only said of paths that are none of the kit's.
 */
import { type CompletionPhase } from '../../protocol/wire/phases';
import { audienceOf } from '../../protocol/wire/signatures';
import { lastSegment } from '../../protocol/wire/urls';
import { type KitLog, type ParticipantOptions, type Settled } from '../contract';
import { type Completion, type ResourceManager, type PrepareCall, settle } from '../resourceManager';
import { loggable } from '../loggable';
import { StoreUnavailable } from '../stores/contract';
import { demandSignature, parseJson, readText } from './body';
import { pageOf } from './preparedPage';
import { Problem, toResponse } from './problems';
import { completionOf, prepareCallOf, settlementOf } from './shapes';
import { type Tell, inSpan } from './traced';
import { given } from '../../protocol/wire/given';

const routes = {
  prepare: 'POST',
  commit: 'POST',
  rollback: 'POST',
  settle: 'POST',
  prepared: 'GET',
} as const;
type Route = keyof typeof routes;

/** The kit's route that the last segment of a path names, or undefined. */
export function routeOf(url: URL): Route | undefined {
  const segment = lastSegment(url);
  return Object.hasOwn(routes, segment) ? (segment as Route) : undefined;
}

interface Wiring {
  readonly manager: ResourceManager;
  readonly log: KitLog;
  readonly options: ParticipantOptions;
}

export function createHandler({ manager, log, options }: Wiring): (request: Request) => Promise<Response> {
  const { secrets = [], urls, maxBodyBytes = 1_048_576 } = options;
  const audiences = urls?.map(audienceOf);

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const route = routeOf(url);
    if (route === undefined)
      throw new Problem('not-found', `the path must end in one of: ${Object.keys(routes).join(', ')}`);
    if (request.method !== routes[route])
      throw new Problem('method-not-allowed', `use ${routes[route]}`, { headers: { allow: routes[route] } });
    const text = await readText(request, maxBodyBytes);
    demandSignature(request, text, { secrets, receiver: audiences ? { audiences } : { path: url.pathname } });
    if (route === 'prepared') return Response.json(await pageOf(manager, pageAsked(url)));
    const body = parseJson(request, text);
    if (route === 'settle') return settledAnswer(await settle(manager, settlementOf(body)));
    if (route === 'prepare') {
      const call = prepareCallOf(body, request.headers);
      return inSpan(call, request.headers, tell => vote(call, tell));
    }
    const call = completionOf(body, route, request.headers);
    return inSpan({ ...call, phase: route }, request.headers, tell => complete(call, route, tell));
  };

  const vote = async (call: PrepareCall, tell: Tell): Promise<Response> => {
    const given = await manager.prepare(call);
    tell(given.vote);
    log.info({ ...about(call), phase: 'prepare', ...given }, `voted ${given.vote}`);
    return given.vote === 'yes' ? Response.json(given) : refusal(given.reason, { vote: 'no' });
  };

  const complete = async (call: Completion, phase: CompletionPhase, tell: Tell): Promise<Response> => {
    const settled = await manager[phase](call);
    tell(settled.is);
    if (settled.is === 'done')
      log.info({ ...about(call), phase }, phase === 'commit' ? 'committed' : 'rolled back');
    else log.error({ ...about(call), phase, why: settled.why }, `refused to ${phase}`);
    return settledAnswer(settled);
  };

  return async request => {
    try {
      return await answer(request);
    } catch (error) {
      return toResponse(problemOf(error, request, log));
    }
  };
}

function about({ transactionId, participant, traceparent }: Completion): object {
  return { transactionId, participant, ...given({ traceparent }) };
}

function pageAsked(url: URL): { readonly limit?: number; readonly cursor?: string } {
  const { limit, cursor } = Object.fromEntries(url.searchParams);
  return {
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...given({ cursor }),
  };
}

function settledAnswer(settled: Settled): Response {
  return settled.is === 'done' ? Response.json({ done: true }) : refusal(settled.why);
}

function refusal(why: string, members: Readonly<Record<string, unknown>> = {}): Response {
  return toResponse(new Problem('refused', why, { members }));
}

function problemOf(error: unknown, request: Request, log: KitLog): Problem {
  if (error instanceof Problem) {
    log.warn({ problem: error.kind, path: new URL(request.url).pathname }, error.detail);
    return error;
  }
  log.error(
    { err: loggable(error), path: new URL(request.url).pathname },
    'a call failed; the coordinator will try again',
  );
  return error instanceof StoreUnavailable
    ? new Problem('unavailable', error.message, { headers: { 'retry-after': '1' } })
    : new Problem('internal-error', 'the participant failed; its log says why');
}
