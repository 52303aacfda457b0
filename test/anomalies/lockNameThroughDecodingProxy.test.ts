/**
 * I12, PROTOCOL §3: a proxy that undoes `%2F` and tidies paths makes of `/locks/x%2F..%2Fb/me` the path of another lock, `b`. No lock
 * has such a name, and one with slashes is named in the query, which reaches the coordinator as it was sent.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { exclusive, lease, namesNow, newResource, unlock } from '../locks/support';
import { type HttpServer, listenHttp } from '../support/listening';
import { useWorld } from '../support/world';

const world = useWorld();
let proxy: HttpServer;

beforeAll(async () => {
  proxy = await listenHttp((request, response) => void passOn(request, response));
});
afterAll(() => proxy.close());

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', query] = (request.url ?? '').split('?');
  const tidied = new URL(decodeURIComponent(path).replace(/\/{2,}/g, '/'), world.dtc.url);
  tidied.search = query ?? '';
  const { method = 'GET' } = request;
  const body = method === 'POST' ? { body: await text(request) } : {};
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(tidied, { method, headers, ...body });
  response.writeHead(answer.status, { location: answer.headers.get('location') ?? '' });
  response.end(await answer.text());
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(proxy.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

it('gives nobody a lock whose name would be another on the way, and so nobody releases that one', async () => {
  const { dtc, participants } = world;
  const theirs = `b-${randomUUID()}`;
  await lease(dtc, theirs, { holder: 'me' });

  for (const resource of [`x/../${theirs}`, `x//../../${theirs}`, `${theirs}/`, `x/./../${theirs}`]) {
    expect((await post('/locks', { resource, holder: 'me', ttlMs: 60_000 })).status).toBe(400);
    const transaction = { participants: [participants.url('a')], locks: [exclusive(resource)] };
    expect((await post('/transactions', transaction)).status).toBe(400);
    const named = `/locks?resource=${encodeURIComponent(resource)}&holder=me`;
    expect((await fetch(proxy.origin + named, { method: 'DELETE' })).status).toBe(400);
    expect((await unlock(dtc, resource, 'me')).status).toBe(400);
  }
  expect(await namesNow(dtc, theirs)).toEqual({ holders: ['me'], waiters: [] });
});

it('reads and releases a lock whose name has slashes', async () => {
  const { dtc } = world;
  const resource = newResource('customer');
  const taken = await post('/locks', { resource, holder: 'me', ttlMs: 60_000 });
  expect(taken.status).toBe(201);

  const inPath = await fetch(`${proxy.origin}/locks/${encodeURIComponent(resource)}`);
  expect(inPath.status).toBe(405);
  expect(await inPath.text()).toContain(`GET /locks?resource=${resource}`);

  const location = taken.headers.get('location') ?? '';
  const read = await fetch(proxy.origin + location);
  expect(await read.json()).toMatchObject({ resource, holders: [{ holder: 'me' }] });
  const released = await fetch(`${proxy.origin}${location}&holder=me`, { method: 'DELETE' });
  expect(released.status).toBe(204);
  expect(await namesNow(dtc, resource)).toEqual({ holders: [], waiters: [] });
});
