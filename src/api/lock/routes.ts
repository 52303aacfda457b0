/** Owns `/locks` (PROTOCOL §3): locks that stand on their own, and a look at all. Participants take none. */
import { type RequestHandler, type Response, Router } from 'express';
import { type Leased, type ListedLock } from '../../coordinator/lock';
import { type Refusal } from '../../protocol/lock/apply';
import { timestamp } from '../../protocol/wire/phases';
import { parseAction } from '../transaction/bodies';
import { bodyOf, jsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { holderOf, leaseBody, pageOf, resourceOf } from './bodies';
import { allowOnly } from '../methods';
import { permit } from '../permissions';
import { answerBy } from '../preferences';
import { Problem, type ProblemName, retryAfter } from '../problems';
import { waiting } from '../waiting';

export function lockRoutes(api: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const json = jsonBody(api.config.limits.maxBodyBytes);
  router.use(permit('lock'));
  router.route('/').get(list(api)).post(json, acquire(api)).all(allowOnly('GET, HEAD, POST'));
  router.route('/:resource').get(read(api)).all(allowOnly('GET, HEAD'));
  router.route('/:resource/:holder').delete(release(api)).all(allowOnly('DELETE'));
  return router;
}

function acquire({ config, locks, stopping }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const asked = parseAction(leaseBody, bodyOf(request.body));
    const caller = callerOf(response).name;
    const came = await waiting(response, stopping, signal =>
      locks.acquire({ ...asked, answerBy: answerBy(response, config), caller, signal }),
    );
    if (came.is !== 'granted') throw refusal(asked.resource, came, stopping.aborted);
    const { resource, mode, holder } = asked;
    const { fencingToken, expiresAt } = came;
    response.status(201).location(`/locks/${encodeURIComponent(resource)}`);
    response.json({ resource, mode, holder, fencingToken, expiresAt: timestamp(expiresAt) });
  };
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

function release({ locks }: ApiDependencies): RequestHandler<{ resource: string; holder: string }> {
  return async (request, response) => {
    const resource = resourceOf(request.params.resource);
    const holder = holderOf(request.params.holder);
    const { name, role } = callerOf(response);
    const own = role === 'client' ? { ownOf: name } : {};
    const came = await locks.release({ resource, holder, ...own });
    if (came === 'released') response.status(204).end();
    else throw came === 'runs' ? stillRuns(resource, holder) : notHeld(resource, holder);
  };
}

function stillRuns(resource: string, holder: string): Problem {
  const detail = `"${resource}" belongs to transaction ${holder}, which runs: it is released when that ends`;
  return new Problem('lock-conflict', detail);
}

function notHeld(resource: string, holder: string): Problem {
  return new Problem('not-held', `"${holder}" neither holds nor awaits "${resource}"`);
}

function read({ locks }: ApiDependencies): RequestHandler<{ resource: string }> {
  return async (request, response) => {
    response.json(withDurations(await locks.read(resourceOf(request.params.resource))));
  };
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
