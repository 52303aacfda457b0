/** Owns locks that stand on their own (PROTOCOL §3). An acquire that is repeated renews what the first one brought. */
import { type Lease } from '../protocol/client/locks';
import { given } from '../protocol/wire/given';
import { type Ms } from '../protocol/wire/phases';
import { type Calls, bodyWith, boundsOf, didNothing, repeatable } from './calls';
import {
  type CallOptions,
  type LeaseRequest,
  type ListedLock,
  type LocksClient,
  type LockView,
} from './contract';
import { NotFound } from './errors';
import { known } from './known';
import { paged, read } from './list';
import { isPassing, repeated } from './patience';

const path = '/locks';
/** For the answer after the wait. */
const graceMs: Ms = 10_000;

export function locksClient(calls: Calls): LocksClient {
  return {
    acquire: async (request, options) => acquire(calls, request, known(options, 'call')),
    read: async (resource, options = {}) => {
      const asked = { method: 'GET', path, query: { resource } } as const;
      return read<LockView>(calls, asked, { member: 'holders', options: known(options, 'read') });
    },
    list: (options = {}) =>
      paged(known(options, 'page'), async query => {
        const asked = { method: 'GET', path, query } as const;
        const page = await read<LockPage>(calls, asked, { member: 'locks', options });
        return { entries: page.locks, ...given({ next: page.next }) };
      }),
    release: async (resource, holder, options) =>
      release(calls, { resource, holder }, known(options, 'call')),
  };
}

interface LockPage {
  readonly locks: readonly ListedLock[];
  readonly next?: string;
}

async function acquire(calls: Calls, request: LeaseRequest, options: CallOptions = {}): Promise<Lease> {
  const asked = { method: 'POST', path, body: JSON.stringify(request) } as const;
  const { waitMs = 0 } = request;
  const timeoutMs = waitMs + (options.timeoutMs ?? calls.timeoutMs);
  const bounds = { ...options, timeoutMs, attemptMs: waitMs + graceMs };
  return bodyWith<Lease>(calls.http, asked, await repeatable(calls, asked, bounds), 'fencingToken');
}

/** Where an earlier request may have arrived, that it is not held any more is what was wanted. */
async function release(
  calls: Calls,
  query: { readonly resource: string; readonly holder: string },
  options: CallOptions = {},
): Promise<void> {
  let mayBeReleased = false;
  const mayRepeat = (error: unknown): boolean => {
    mayBeReleased ||= !didNothing(error);
    return isPassing(error);
  };
  const patience = { ...boundsOf(calls, options), attemptMs: graceMs };
  const attempt = async (signal: AbortSignal): Promise<void> => {
    const before = mayBeReleased;
    await calls.http.answer({ method: 'DELETE', path, query }, signal).catch((error: unknown) => {
      if (!(before && error instanceof NotFound && error.type === '/problems/not-held')) throw error;
    });
  };
  await repeated(patience, attempt, mayRepeat);
}
