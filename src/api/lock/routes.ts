/**
 * Owns `/locks` (PROTOCOL §3): locks that stand on their own, and a look at all. Participants take none.
 *
 * A lock is named in the query, which reaches us as it was sent, or in the path, where a proxy may undo `%2F`: what then stands
 * there is refused with the form that works. A name that would become another on the way is none (`resourcePattern`).
 */
import { type RequestHandler, type Response, Router } from 'express';
import { type Leased, type ListedLock } from '../../coordinator/lock';
import { type ProblemName } from '../../protocol/client/problems';
import { type Refusal } from '../../protocol/lock/apply';
import { holderPattern, resourcePattern } from '../../protocol/wire/locks';
import { timestamp } from '../../protocol/wire/phases';
import { parseAction } from '../transaction/bodies';
import { bodyOf, jsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf, contextOf } from '../requestContext';
import { heldIn, type Held, holderOf, leaseBody, pageOf, resourceIn, resourceOf } from './bodies';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { permit } from '../permissions';
import { answerBy } from '../preferences';
import { Problem, retryAfter } from '../problems';
import { waiting } from '../waiting';

export function lockRoutes(api: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const json = jsonBody(api.config.limits.maxBodyBytes);
  router.use(permit('lock'));
  router
    .route('/')
    .get(readOrList(api))
    .post(noQuery, json, acquire(api))
    .delete(releaseNamed(api))
    .all(allowOnly('GET, HEAD, POST, DELETE'));
  router.route('/:resource').get(noQuery, read(api)).all(allowOnly('GET, HEAD'));
  router
    .route('/:resource/:holder')
    .delete(noQuery, release(api))
    .get(slashAllowsDelete)
    .all(allowOnly('DELETE'));
  router.route('/*segments').get(readSlashed).delete(releaseSlashed);
  return router;
}

function acquire({ config, locks, metrics, stopping }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const asked = parseAction(leaseBody, bodyOf(request.body));
    contextOf(response).lock = { resource: asked.resource, holder: asked.holder };
    const caller = callerOf(response).name;
    const began = performance.now();
    const came = await waiting(response, stopping, signal =>
      locks.acquire({ ...asked, answerBy: answerBy(response, config), caller, signal }),
    );
    metrics.lockWaited(performance.now() - began);
    if (came.is !== 'granted') throw refusal(asked.resource, came, stopping.aborted);
    const { resource, mode, holder } = asked;
    const { fencingToken, expiresAt } = came;
    response.status(201).location(locationOf(resource));
    response.json({ resource, mode, holder, fencingToken, expiresAt: timestamp(expiresAt) });
  };
}

function locationOf(resource: string): string {
  const name = encodeURIComponent(resource);
  return resource.includes('/') ? `/locks?resource=${name}` : `/locks/${name}`;
}

function refusal(resource: string, came: Exclude<Leased, { is: 'granted' }>, stopping: boolean): Problem {
  const { heldBy } = came;
  if (came.is === 'refused') {
    const [kind, what] = refusals[came.why];
    const headers = kind === 'lock-queue-full' ? retryAfter : {};
    return new Problem(kind, `"${resource}": ${what}`, { members: { heldBy }, headers });
  }
  const { ahead } = came;
  if (stopping) {
    const detail = 'the coordinator is stopping: send the request again, the place in the queue is kept';
    return new Problem('stopping', detail, { headers: retryAfter });
  }
  const by = heldBy.length === 0 ? 'somebody' : heldBy.join(', ');
  return new Problem('lock-timeout', `"${resource}" is held by ${by}, and ${ahead} wait before`, {
    members: { heldBy, ahead },
  });
}

const refusals: Readonly<Record<Refusal, readonly [ProblemName, string]>> = {
  otherMode: [
    'lock-conflict',
    'this holder has or awaits it in the other mode, and there is no upgrade: release it first',
  ],
  taken: ['lock-conflict', 'this holder is a transaction, or a name that another caller uses'],
  late: ['lock-conflict', 'it was released for this holder while this request was on its way or waiting'],
  full: ['lock-queue-full', 'too many wait for it'],
};

function release(api: ApiDependencies): RequestHandler<{ resource: string; holder: string }> {
  return async (request, response) => {
    const resource = resourceOf(request.params.resource, 'path');
    const holder = holderOf(request.params.holder, 'path');
    await releaseFor(api, response, { resource, holder });
  };
}

function releaseNamed(api: ApiDependencies): RequestHandler {
  return async (request, response) => {
    await releaseFor(api, response, heldIn(request.query));
  };
}

async function releaseFor({ locks }: ApiDependencies, response: Response, held: Held): Promise<void> {
  contextOf(response).lock = { resource: held.resource, holder: held.holder };
  const { name, role } = callerOf(response);
  const own = role === 'client' ? { ownOf: name } : {};
  const came = await locks.release({ ...held, ...own });
  if (came === 'released') response.status(204).end();
  else throw { runs: stillRuns, changed: notAsSeen, none: notHeld }[came](held);
}

function stillRuns({ resource, holder }: Held): Problem {
  const detail = `"${resource}" belongs to transaction ${holder}, which runs: it is released when that ends`;
  return new Problem('lock-conflict', detail);
}

function notAsSeen({ resource, holder, fencingToken }: Held): Problem {
  const detail = `"${holder}" does not hold "${resource}" with the token ${String(fencingToken)}, with which it was seen: nothing was done`;
  return new Problem('lock-conflict', detail);
}

function notHeld({ resource, holder }: Held): Problem {
  return new Problem('not-held', `"${holder}" neither holds nor awaits "${resource}"`);
}

function read(api: ApiDependencies): RequestHandler<{ resource: string }> {
  return async (request, response) => {
    await readNamed(api, response, resourceOf(request.params.resource, 'path'));
  };
}

function readOrList(api: ApiDependencies): RequestHandler {
  const listed = list(api);
  return async (request, response, next) => {
    const resource = resourceIn(request.query);
    if (resource === undefined) await listed(request, response, next);
    else await readNamed(api, response, resource);
  };
}

async function readNamed({ locks }: ApiDependencies, response: Response, resource: string): Promise<void> {
  contextOf(response).lock = { resource };
  response.json(withDurations(await locks.read(resource)));
}

/** The path of a lock whose name has a slash, as it is typed, or as a proxy hands it on that undoes `%2F`. */
const slashAllowsDelete: RequestHandler<{ resource: string; holder: string }> = ({ params }) => {
  const named = inQuery(`GET /locks?resource=${shown(`${params.resource}/${params.holder}`)}`);
  throw new Problem('method-not-allowed', `GET is not allowed here, but DELETE. ${named}`, {
    headers: { allow: 'DELETE' },
  });
};

const readSlashed: RequestHandler<{ segments: string[] }> = ({ params }) => {
  throw new Problem('not-found', inQuery(`GET /locks?resource=${shown(params.segments.join('/'))}`));
};

const releaseSlashed: RequestHandler<{ segments: string[] }> = ({ params }) => {
  const resource = shown(params.segments.slice(0, -1).join('/'));
  const holder = params.segments.at(-1) ?? '';
  throw new Problem(
    'not-found',
    inQuery(`DELETE /locks?resource=${resource}&holder=${holderPattern.test(holder) ? holder : '<holder>'}`),
  );
};

function inQuery(form: string): string {
  return `A lock whose name has "/" is named in the query: ${form}`;
}

/** What could be no name is not repeated. */
function shown(resource: string): string {
  return resourcePattern.test(resource) ? resource : '<resource>';
}

function list({ locks }: ApiDependencies): RequestHandler {
  return async (request, response: Response) => {
    const page = await locks.list(pageOf(request.query));
    response.json({ ...page, locks: page.locks.map(withDurations) });
  };
}

/** `forMs`: how long it has been held or awaited. */
function withDurations(lock: ListedLock): object {
  const now = Date.now();
  const timed = (all: readonly { readonly since: string }[]): object[] =>
    all.map(each => ({ ...each, forMs: Math.max(now - Date.parse(each.since), 0) }));
  const { holders, waiters } = lock;
  return {
    ...lock,
    ...(holders === undefined ? {} : { holders: timed(holders) }),
    ...(waiters === undefined ? {} : { waiters: timed(waiters) }),
  };
}
