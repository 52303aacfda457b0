/** Owns the requests about locks that tests of a real coordinator make. */
import { randomUUID } from 'node:crypto';
import { type LockHolderDocument, type LockWaiterDocument } from '../../src/protocol/client/locks';
import { type TestCoordinator } from '../support/coordinator';
import { until } from '../support/until';

export interface LockNow {
  readonly resource: string;
  readonly lastFencingToken?: number;
  readonly holders: readonly (LockHolderDocument & { readonly forMs: number })[];
  readonly waiters: readonly (LockWaiterDocument & { readonly forMs: number })[];
}

export interface Lease {
  readonly resource: string;
  readonly mode: string;
  readonly holder: string;
  readonly fencingToken: number;
  readonly expiresAt: string;
}

/** One that no other test uses: the server is shared. */
export function newResource(name = 'thing'): string {
  return `${name}/${randomUUID()}`;
}

export const exclusive = (resource: string): { resource: string; mode: 'exclusive' } => ({
  resource,
  mode: 'exclusive',
});

export function postLock(
  dtc: TestCoordinator,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${dtc.url}/locks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** The lease of a `201`; fails the test on anything else. */
export async function lease(
  dtc: TestCoordinator,
  resource: string,
  more: Readonly<Record<string, unknown>> & { readonly holder: string },
): Promise<Lease> {
  const response = await postLock(dtc, { resource, ttlMs: 60_000, ...more });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`POST /locks answered ${String(response.status)}: ${text}`);
  return JSON.parse(text) as Lease;
}

export function unlock(
  dtc: TestCoordinator,
  resource: string,
  holder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${dtc.url}/locks/${encodeURIComponent(resource)}/${holder}`, { method: 'DELETE', headers });
}

/** Who holds it and who awaits it, in order. */
export async function namesNow(
  dtc: TestCoordinator,
  resource: string,
): Promise<{ readonly holders: string[]; readonly waiters: string[] }> {
  const { holders, waiters } = await lockNow(dtc, resource);
  return { holders: holders.map(each => each.holder), waiters: waiters.map(each => each.holder) };
}

/** A 503 is no answer yet: a worker that replays every step answers queries late. */
export async function lockNow(dtc: TestCoordinator, resource: string): Promise<LockNow> {
  const look = async (): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`${dtc.url}/locks/${encodeURIComponent(resource)}`);
    return { status: response.status, text: await response.text() };
  };
  const { status, text } = await until(look, seen => seen.status !== 503);
  if (status !== 200) throw new Error(`GET /locks answered ${String(status)}: ${text}`);
  return JSON.parse(text) as LockNow;
}

/** One lock, of which as many leases are asked for at once: each is granted, once the one before has been answered and has released. */
export async function expectEachInTurn(dtc: TestCoordinator, many: number): Promise<void> {
  const resource = newResource();
  const holders = Array.from({ length: many }, (_, nth) => `h${String(nth)}`);
  const tokens: number[] = [];
  await Promise.all(
    holders.map(async holder => {
      tokens.push((await lease(dtc, resource, { holder, waitMs: 55_000 })).fencingToken);
      expect((await unlock(dtc, resource, holder)).status).toBe(204);
    }),
  );
  expect(tokens).toEqual([...new Set(tokens)].sort((one, other) => one - other));
  expect(tokens).toHaveLength(many);
  expect(await namesNow(dtc, resource)).toEqual({ holders: [], waiters: [] });
}
