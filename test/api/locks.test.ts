/** What `/locks` takes, refuses and answers. The locks are in memory; test/locks has real ones. */
import { request } from 'undici';
import { BadCursor, EngineUnavailable, WorkerUnavailable } from '../../src/coordinator/errors';
import { type LeaseRequest, type Leased, type ReleaseRequest } from '../../src/coordinator/lock/contract';
import { type Refusal } from '../../src/protocol/lock/apply';
import { given } from '../../src/protocol/wire/given';
import { resourceForm } from '../../src/protocol/wire/locks';
import { keyedId, timedId } from '../../src/protocol/wire/ids';
import { eventually } from '../support/until';
import { type Answer, Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => (api = await Harness.start()));
afterEach(() => api.close());

const wanted = { resource: 'account:1', holder: 'job-7', ttlMs: 30_000 };
const post = (json: unknown): Promise<Answer> => api.call('/locks', { json });
const remove = (path: string): Promise<Answer> => api.call(`/locks/${path}`, { method: 'DELETE' });

/** A wait that lasts until the request is given up, as the real one ends. */
function waits(): void {
  api.locks.acquire = asked => {
    api.locks.acquired.push(asked);
    return new Promise(resolve => {
      asked.signal.addEventListener('abort', () => {
        resolve({ is: 'waited', heldBy: ['other'], ahead: 2 });
      });
    });
  };
}

describe('POST /locks', () => {
  it('answers with the lease, and where to look at the lock', async () => {
    const { status, headers, json } = await post({ ...wanted, mode: 'shared', waitMs: 5000 });
    expect(status).toBe(201);
    expect(headers['location']).toBe('/locks/account%3A1');
    expect(json).toEqual({
      resource: 'account:1',
      mode: 'shared',
      holder: 'job-7',
      fencingToken: 7,
      expiresAt: '2026-01-02T03:04:05.678Z',
    });
  });

  it('passes on what is wanted, for the caller', async () => {
    await post({ ...wanted, mode: 'shared', waitMs: 5000 });
    const asked: Omit<LeaseRequest, 'signal'> = {
      ...wanted,
      mode: 'shared',
      waitMs: 5000,
      caller: 'anonymous',
      answerBy: expect.any(Number) as number,
    };
    expect(api.locks.acquired).toEqual([{ ...asked, signal: expect.any(AbortSignal) as AbortSignal }]);
    const [{ answerBy } = { answerBy: 0 }] = api.locks.acquired;
    expect(answerBy - Date.now()).toBeGreaterThan(50_000);
    expect(answerBy - Date.now()).toBeLessThanOrEqual(55_000);
  });

  it('is exclusive and does not wait where nothing is said', async () => {
    expect(await post(wanted)).toMatchObject({ status: 201, json: { mode: 'exclusive' } });
    expect(api.locks.acquired).toMatchObject([{ mode: 'exclusive', waitMs: 0 }]);
  });

  it.each<object>([
    { resource: 'a' },
    { resource: 'x'.repeat(128) },
    { resource: 'A0._:/@=-' },
    { holder: 'h' },
    { holder: 'x'.repeat(128) },
    { holder: 'A0._:@=-' },
    { ttlMs: 100 },
    { ttlMs: 86_400_000 },
    { waitMs: 0 },
    { waitMs: 60_000 },
  ])('takes %j', async more => {
    expect((await post({ ...wanted, ...more })).status).toBe(201);
    expect(api.locks.acquired).toMatchObject([more]);
  });

  it('names a resource with slashes in the query of the Location, which leads to it', async () => {
    const { headers } = await post({ ...wanted, resource: 'a/b@c' });
    expect(headers['location']).toBe('/locks?resource=a%2Fb%40c');
    expect((await api.call(String(headers['location']))).json).toMatchObject({ resource: 'a/b@c' });
  });

  const resourceMessage = resourceForm;
  const holderMessage = 'must be 1 to 128 of [A-Za-z0-9._:@=-], the first a letter or digit';
  const ttlMessage = 'must be a whole number of milliseconds from 100 to 86400000';
  const waitMessage = 'must be a whole number of milliseconds from 0 to 60000';
  const anId = timedId('0a1b2c3d', 1_700_000_000_000);
  const aKeyedId = keyedId('eu1', 'shop', 'order 1');
  const idMessage = 'must not look like the id of a transaction';
  const long = (message: string): object => ({ value: `${'x'.repeat(80)}... (129 characters)`, message });

  it.each<[string, object, object]>([
    ['resource', { resource: undefined }, { message: 'is required' }],
    ['resource', { resource: '' }, { value: '', message: resourceMessage }],
    ['resource', { resource: '/a' }, { value: '/a', message: resourceMessage }],
    ['resource', { resource: '..' }, { value: '..', message: resourceMessage }],
    ['resource', { resource: 'x/../b' }, { value: 'x/../b', message: resourceMessage }],
    ['resource', { resource: 'x/.' }, { value: 'x/.', message: resourceMessage }],
    ['resource', { resource: 'x//b' }, { value: 'x//b', message: resourceMessage }],
    ['resource', { resource: 'x/' }, { value: 'x/', message: resourceMessage }],
    ['resource', { resource: 'a b' }, { value: 'a b', message: resourceMessage }],
    ['resource', { resource: 'a\n' }, { value: 'a ', message: resourceMessage }],
    ['resource', { resource: 'café' }, { value: 'café', message: resourceMessage }],
    ['resource', { resource: "a' OR 'a" }, { value: "a' OR 'a", message: resourceMessage }],
    ['resource', { resource: 'x'.repeat(129) }, long(resourceMessage)],
    ['resource', { resource: 7 }, { value: 7, message: resourceMessage }],
    ['resource', { resource: ['a'] }, { message: resourceMessage }],
    ['holder', { holder: undefined }, { message: 'is required' }],
    ['holder', { holder: '' }, { value: '', message: holderMessage }],
    ['holder', { holder: 'a/b' }, { value: 'a/b', message: holderMessage }],
    ['holder', { holder: '-a' }, { value: '-a', message: holderMessage }],
    ['holder', { holder: 'x'.repeat(129) }, long(holderMessage)],
    ['holder', { holder: null }, { value: null, message: holderMessage }],
    ['holder', { holder: anId }, { value: anId, message: idMessage }],
    ['holder', { holder: aKeyedId }, { value: aKeyedId, message: idMessage }],
    ['mode', { mode: 'read' }, { value: 'read', message: 'must be "exclusive" or "shared"' }],
    ['mode', { mode: null }, { value: null, message: 'must be "exclusive" or "shared"' }],
    ['ttlMs', { ttlMs: undefined }, { message: 'is required' }],
    ['ttlMs', { ttlMs: 99 }, { value: 99, message: ttlMessage }],
    ['ttlMs', { ttlMs: 86_400_001 }, { value: 86_400_001, message: ttlMessage }],
    ['ttlMs', { ttlMs: 1000.5 }, { value: 1000.5, message: ttlMessage }],
    ['ttlMs', { ttlMs: '1000' }, { value: '1000', message: ttlMessage }],
    ['waitMs', { waitMs: -1 }, { value: -1, message: waitMessage }],
    ['waitMs', { waitMs: 60_001 }, { value: 60_001, message: waitMessage }],
    ['waitMs', { waitMs: true }, { value: true, message: waitMessage }],
    ['by', { by: 'root' }, { message: 'unknown field; known: resource, mode, holder, ttlMs, waitMs' }],
  ])('refuses %s of %j by name', async (field, more, error) => {
    const answer = await post({ ...wanted, ...more });
    expect(answer).toEqual(
      problem('invalid-request', 400, { errors: [{ pointer: `#/${field}`, ...error }] }),
    );
    expect(api.locks.acquired).toEqual([]);
  });

  it('names everything that is wrong at once', async () => {
    const { json } = await post({ resource: '', holder: '', ttl: 5 });
    const pointers = (json['errors'] as { pointer: string }[]).map(each => each.pointer);
    expect(pointers.sort()).toEqual(['#/holder', '#/resource', '#/ttl', '#/ttlMs']);
  });

  it.each<[string, number, object]>([
    ['invalid-json', 400, { body: '', headers: { 'content-type': 'application/json' }, method: 'POST' }],
    ['invalid-json', 400, { body: '{', headers: { 'content-type': 'application/json' } }],
    ['invalid-request', 400, { json: ['account:1'] }],
    ['unsupported-media-type', 415, { body: JSON.stringify(wanted) }],
    ['body-too-large', 413, { json: { ...wanted, holder: 'x'.repeat(300_000) } }],
  ])('is %s, %d, for a body that is none', async (name, status, call) => {
    expect(await api.call('/locks', call)).toEqual(problem(name, status));
    expect(api.locks.acquired).toEqual([]);
  });

  it('is 408 once it has waited, and says for whom', async () => {
    api.locks.leased = { is: 'waited', heldBy: ['other', 'another'], ahead: 2 };
    const detail = '"account:1" is held by other, another, and 2 wait before';
    const said = { detail, heldBy: ['other', 'another'], ahead: 2 };
    expect(await post(wanted)).toEqual(problem('lock-timeout', 408, said));
  });

  const refused = (why: Refusal): Leased => ({ is: 'refused', why, heldBy: ['other'] });

  it.each<[Refusal, RegExp]>([
    ['otherMode', /^"account:1": .*other mode.* no upgrade: release it first$/],
    ['taken', /^"account:1": .*another caller uses$/],
    ['late', /^"account:1": .*was released for this holder/],
  ])('is 409 for what asking again does not change: %s', async (why, detail) => {
    api.locks.leased = refused(why);
    const said = { detail: expect.stringMatching(detail) as string, heldBy: ['other'] };
    expect(await post(wanted)).toEqual(problem('lock-conflict', 409, said));
  });

  it('is 503 with Retry-After while too many wait', async () => {
    api.locks.leased = refused('full');
    const answer = await post(wanted);
    expect(answer).toEqual(problem('lock-queue-full', 503, { heldBy: ['other'] }));
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('answers those that wait at once when the server stops, and tells them to ask again', async () => {
    waits();
    const answers = [1, 2, 3].map(nth => post({ ...wanted, holder: `job-${nth}`, waitMs: 60_000 }));
    await eventually(() => api.locks.acquired.length === 3);
    api.stopping.abort();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toEqual(problem('stopping', 503));
      expect(answer.headers['retry-after']).toBe('1');
    }
  });

  it('stops waiting for a client that has gone', async () => {
    waits();
    const leaving = new AbortController();
    const call = request(`${api.listening.url}/locks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...wanted, waitMs: 60_000 }),
      signal: leaving.signal,
    });
    await eventually(() => api.locks.acquired.length === 1);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await eventually(() => api.locks.acquired[0]?.signal.aborted === true);
    expect(await api.logLines('request')).toMatchObject([{ clientGone: true }]);
  });
});

describe('DELETE /locks/<resource>/<holder>', () => {
  it('answers 204 without a body once it is released', async () => {
    const { status, text } = await remove('account:1/job-7');
    expect([status, text]).toEqual([204, '']);
    expect(api.locks.released).toEqual([{ resource: 'account:1', holder: 'job-7' }]);
  });

  it.each([
    ['a%2Fb/job-7', { resource: 'a/b', holder: 'job-7' }],
    ['a%2fb%2Fc/job%407', { resource: 'a/b/c', holder: 'job@7' }],
  ])('reads %s', async (path, asked) => {
    expect((await remove(path)).status).toBe(204);
    expect(api.locks.released).toEqual([asked]);
  });

  it('is 404 where the holder neither holds nor awaits it', async () => {
    api.locks.result = 'none';
    const detail = '"job-7" neither holds nor awaits "a/b"';
    expect(await remove('a%2Fb/job-7')).toEqual(problem('not-held', 404, { detail }));
  });

  it('is 409 for the lock of a transaction that runs', async () => {
    api.locks.result = 'runs';
    const id = timedId('test', 1);
    const detail = expect.stringContaining(id) as string;
    expect(await remove(`account:1/${id}`)).toEqual(problem('lock-conflict', 409, { detail }));
  });

  it.each([
    [
      `${'x'.repeat(129)}/job-7`,
      `the resource in the path, "${'x'.repeat(80)}... (129 characters)", must be 1 to 128 of`,
    ],
    ['%2Fa/job-7', 'the resource in the path, "/a", must be 1 to 128 of'],
    ['a%20b/job-7', 'the resource in the path, "a b", must be 1 to 128 of'],
    ['a/job%2F7', 'the holder in the path, "job/7", must be 1 to 128 of'],
    ['a/%0d%0a', String.raw`the holder in the path, "\r\n", must be 1 to 128 of`],
    [
      `a/${'x'.repeat(129)}`,
      `the holder in the path, "${'x'.repeat(80)}... (129 characters)", must be 1 to 128 of`,
    ],
  ])('is 400 for a path that nobody can hold: %s', async (path, detail) => {
    const said = { detail: expect.stringContaining(detail) as string };
    expect(await remove(path)).toEqual(problem('invalid-request', 400, said));
    expect(api.locks.released).toEqual([]);
  });

  it.each([
    ['a/b/job-7', 'DELETE /locks?resource=a/b&holder=job-7'],
    ['a/b/%20', 'DELETE /locks?resource=a/b&holder=<holder>'],
    ['%20/b/job-7', 'DELETE /locks?resource=<resource>&holder=job-7'],
  ])('is 404 where slashes stand in the path, %s, and says %s', async (path, form) => {
    const detail = `A lock whose name has "/" is named in the query: ${form}`;
    expect(await remove(path)).toEqual(problem('not-found', 404, { detail }));
    expect(api.locks.released).toEqual([]);
  });
});

describe('DELETE /locks?resource=&holder=', () => {
  const removeNamed = (query: string): Promise<Answer> => api.call(`/locks${query}`, { method: 'DELETE' });

  it.each([
    ['?resource=a/b&holder=job@7', { resource: 'a/b', holder: 'job@7' }],
    ['?holder=job%407&resource=a%2Fb', { resource: 'a/b', holder: 'job@7' }],
  ])('is the same by %s, and the log says which lock', async (query, asked) => {
    const { status, text } = await removeNamed(query);
    expect([status, text]).toEqual([204, '']);
    expect(api.locks.released).toEqual([asked]);
    expect(await api.logLines('request')).toMatchObject([{ method: 'DELETE', path: '/locks', ...asked }]);
  });

  it('goes by the token that the holder was seen with, where that is said, and is 409 where it is another', async () => {
    const seen = { resource: 'a', holder: 'h', fencingToken: 1795954074829000 };
    const query = '?resource=a&holder=h&fencingToken=1795954074829000';
    expect((await removeNamed(query)).status).toBe(204);
    expect(api.locks.released).toEqual([seen]);
    api.locks.result = 'changed';
    const detail =
      '"h" does not hold "a" with the token 1795954074829000, with which it was seen: nothing was done';
    expect(await removeNamed(query)).toEqual(problem('lock-conflict', 409, { detail }));
  });

  it('is 404 and 409 in the same words', async () => {
    for (const result of ['none', 'runs'] as const) {
      api.locks.result = result;
      const id = timedId('test', 1);
      expect((await removeNamed(`?resource=a&holder=${id}`)).json).toEqual((await remove(`a/${id}`)).json);
    }
  });

  const holderForm = 'must be 1 to 128 of [A-Za-z0-9._:@=-], the first a letter or digit';
  it.each<[string, object]>([
    ['', { query: 'resource', message: 'is required' }],
    ['?resource=a', { query: 'holder', message: 'is required' }],
    ['?holder=a', { query: 'resource', message: 'is required' }],
    ['?resource=a&resource=b&holder=h', { query: 'resource', message: 'must be given once' }],
    ['?resource=x/../b&holder=h', { query: 'resource', value: 'x/../b', message: resourceForm }],
    ['?resource=a+b&holder=h', { query: 'resource', value: 'a b', message: resourceForm }],
    ['?resource=a&holder=h/1', { query: 'holder', value: 'h/1', message: holderForm }],
    ...['7x', '-1', '1.5', '', '99999999999999999999'].map(
      value =>
        [
          `?resource=a&holder=h&fencingToken=${value}`,
          { query: 'fencingToken', value, message: 'must be a fencing token, a whole number' },
        ] as [string, object],
    ),
    [
      '?resource=a&holder=h&fencingToken=1&fencingToken=1',
      { query: 'fencingToken', message: 'must be given once' },
    ],
    [
      '?resource=a&holder=h&force=1',
      { query: 'force', message: 'unknown; known: resource, holder, fencingToken' },
    ],
  ])('refuses %j by name', async (query, error) => {
    expect(await removeNamed(query)).toEqual(problem('invalid-request', 400, { errors: [error] }));
    expect(api.locks.released).toEqual([]);
  });
});

describe('GET /locks', () => {
  const since = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();

  it('lists them page by page, and says how long each is held and awaited', async () => {
    const holders = [
      { holder: 'job-7', kind: 'lease', mode: 'exclusive', since: since(5000), fencingToken: 7 } as const,
    ];
    const waiter = { holder: 'job-8', kind: 'lease', mode: 'shared', position: 1 } as const;
    const waiters = [{ ...waiter, since: since(2000), until: since(-1000) }];
    api.locks.page = { locks: [{ resource: 'a', holders, waiters }, { resource: 'b' }], next: 'more' };
    const { status, json } = await api.call('/locks');
    expect([status, json]).toEqual([
      200,
      {
        locks: [
          {
            resource: 'a',
            holders: [{ ...holders[0], forMs: expect.any(Number) as number }],
            waiters: [{ ...waiters[0], forMs: expect.any(Number) as number }],
          },
          { resource: 'b' },
        ],
        next: 'more',
      },
    ]);
    const [listed] = json['locks'] as { holders: { forMs: number }[]; waiters: { forMs: number }[] }[];
    expect(listed?.holders[0]?.forMs).toBeGreaterThanOrEqual(5000);
    expect(listed?.waiters[0]?.forMs).toBeGreaterThanOrEqual(2000);
    expect(listed?.waiters[0]?.forMs).toBeLessThan(5000);
  });

  it('does not say that a lock is held for less than no time where clocks differ', async () => {
    const ahead = {
      holder: 'a',
      kind: 'lease',
      mode: 'shared',
      since: since(-60_000),
      fencingToken: 1,
    } as const;
    api.locks.document = resource => ({ resource, holders: [ahead], waiters: [] });
    expect((await api.call('/locks/a')).json).toMatchObject({ holders: [{ forMs: 0 }] });
  });

  it.each([
    ['', { limit: 100 }],
    ['?limit=1', { limit: 1 }],
    ['?limit=200', { limit: 200 }],
    ['?cursor=AbC_-', { limit: 100, cursor: 'AbC_-' }],
    ['?cursor=x&limit=5', { limit: 5, cursor: 'x' }],
  ])('asks for the page of %j', async (query, asked) => {
    expect((await api.call(`/locks${query}`)).json).toEqual({ locks: [] });
    expect(api.locks.listed).toEqual([asked]);
  });

  const limitMessage = 'must be a whole number from 1 to 200';
  it.each([
    ['?limit=0', 'limit', limitMessage, '0'],
    ['?limit=201', 'limit', limitMessage, '201'],
    ['?limit=', 'limit', limitMessage, ''],
    ['?limit=-1', 'limit', limitMessage, '-1'],
    ['?limit=1.5', 'limit', limitMessage, '1.5'],
    ['?limit=1e1', 'limit', limitMessage, '1e1'],
    ['?limit=1&limit=2', 'limit', limitMessage],
    ['?limit[a]=1', 'limit[a]', 'unknown; known: limit, cursor; or resource alone'],
    ['?cursor=a&cursor=b', 'cursor', 'must be given once'],
    ['?page=2', 'page', 'unknown; known: limit, cursor; or resource alone'],
    [
      `?${'x'.repeat(100)}=2`,
      `${'x'.repeat(64)}... (100 characters)`,
      'unknown; known: limit, cursor; or resource alone',
    ],
  ])('refuses %s by name', async (query, name, message, ...[value]) => {
    const errors = [{ query: name, ...given({ value }), message }];
    expect(await api.call(`/locks${query}`)).toEqual(problem('invalid-request', 400, { errors }));
    expect(api.locks.listed).toEqual([]);
  });

  it('is 400 for a cursor that no page gave', async () => {
    api.locks.list = () => Promise.reject(new BadCursor('cursor'));
    const errors = [
      {
        query: 'cursor',
        message:
          'must be the "next" of an earlier page of the same list: with the same other parameters, of the same caller',
      },
    ];
    expect(await api.call('/locks?cursor=x')).toEqual(problem('invalid-request', 400, { errors }));
  });
});

describe('GET /locks/<resource>', () => {
  it('shows who holds and awaits it, and since how long', async () => {
    const since = new Date(Date.now() - 3000).toISOString();
    const holder = { holder: 'job-7', kind: 'lease', mode: 'exclusive', since, fencingToken: 7 } as const;
    api.locks.document = resource => ({ resource, lastFencingToken: 7, holders: [holder], waiters: [] });
    const { status, json, headers } = await api.call('/locks/a%2Fb');
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(json).toEqual({
      resource: 'a/b',
      lastFencingToken: 7,
      holders: [{ ...holder, forMs: expect.any(Number) as number }],
      waiters: [],
    });
    const [held] = json['holders'] as { forMs: number }[];
    expect(held?.forMs).toBeGreaterThanOrEqual(3000);
  });

  it('says of one that nobody uses that it is free', async () => {
    expect((await api.call('/locks/unused')).json).toEqual({ resource: 'unused', holders: [], waiters: [] });
  });

  const noResource = ['-a', '%2F', 'a%0a', 'x'.repeat(129), 'x%2F..%2Fb', 'x%2F%2Fb', 'x%2F.%2Fb', 'x%2F'];
  it.each(noResource)('is 400 for what is no resource: %s', async name => {
    const detail = expect.stringContaining('goes into the query: ?resource=<resource>') as string;
    expect(await api.call(`/locks/${name}`)).toEqual(problem('invalid-request', 400, { detail }));
    const errors = [{ query: 'resource', value: expect.any(String) as string, message: resourceForm }];
    expect(await api.call(`/locks?resource=${name}`)).toEqual(problem('invalid-request', 400, { errors }));
  });

  it('is the same by ?resource=', async () => {
    for (const query of ['resource=customer/99', 'resource=customer%2F99']) {
      const { status, json } = await api.call(`/locks?${query}`);
      expect([status, json]).toEqual([200, { resource: 'customer/99', holders: [], waiters: [] }]);
    }
    expect(api.locks.listed).toEqual([]);
  });

  it.each([
    ['?resource=a&resource=b', 'resource', 'must be given once'],
    ['?resource=', 'resource', resourceForm, ''],
    ['?resource=a&limit=5', 'limit', 'unknown; known: resource'],
  ])('refuses %s by name', async (query, name, message, ...[value]) => {
    const errors = [{ query: name, ...given({ value }), message }];
    expect(await api.call(`/locks${query}`)).toEqual(problem('invalid-request', 400, { errors }));
  });

  it.each([
    ['customer/99', 'method-not-allowed', 405, 'customer/99'],
    ['customer/eu/99', 'not-found', 404, 'customer/eu/99'],
    ['customer/%20', 'method-not-allowed', 405, '<resource>'],
  ])('says how to ask for one with slashes: %s', async (path, name, status, resource) => {
    const form = `A lock whose name has "/" is named in the query: GET /locks?resource=${resource}`;
    const detail = expect.stringContaining(form) as string;
    expect(await api.call(`/locks/${path}`)).toEqual(problem(name, status, { detail }));
  });
});

describe('any route of locks', () => {
  const calls = (): Promise<Answer>[] => [
    post(wanted),
    remove('a/job-7'),
    api.call('/locks'),
    api.call('/locks/a'),
    api.call('/locks?resource=a'),
    api.call('/locks?resource=a&holder=job-7', { method: 'DELETE' }),
  ];

  it.each<[string, () => Error]>([
    ['worker-unavailable', () => new WorkerUnavailable('no worker answered')],
    ['engine-unavailable', () => new EngineUnavailable('no connection to 10.0.0.1')],
  ])('is 503 with Retry-After: %s', async (name, failure) => {
    const fail = (): Promise<never> => Promise.reject(failure());
    Object.assign(api.locks, { acquire: fail, release: fail, read: fail, list: fail });
    for (const answer of await Promise.all(calls())) {
      expect(answer).toEqual(problem(name, 503));
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toContain('10.0.0.1');
    }
  });

  it('says nothing of a bug', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('private'));
    Object.assign(api.locks, { acquire: fail, release: fail, read: fail, list: fail });
    for (const answer of await Promise.all(calls())) {
      expect(answer).toEqual(problem('internal-error', 500));
      expect(answer.text).not.toContain('private');
    }
  });

  it.each([
    ['/locks', 'PUT', 'GET, HEAD, POST, DELETE'],
    ['/locks/a', 'POST', 'GET, HEAD'],
    ['/locks/a', 'DELETE', 'GET, HEAD'],
    ['/locks/a/job-7', 'GET', 'DELETE'],
    ['/locks/a/job-7', 'PUT', 'DELETE'],
  ])('%s does not know %s', async (path, method, allow) => {
    const answer = await api.call(path, { method });
    expect(answer).toEqual(problem('method-not-allowed', 405));
    expect(answer.headers['allow']).toBe(allow);
  });

  it.each(['/locks', '/locks/a', '/locks/a/job-7'])('%s is 421 under the name of another', async path => {
    const method = path.endsWith('job-7') ? 'DELETE' : 'GET';
    const answer = await api.call(path, { method, headers: { host: 'evil.example' } });
    expect(answer).toEqual(problem('misdirected-request', 421));
    expect(api.locks.released).toEqual([]);
  });
});

describe('where callers authenticate', () => {
  const tokens = {
    shop: 'shop-0123456789abcdef',
    hotel: 'hotel-0123456789abcdef',
    ops: 'ops-0123456789abcdef',
  };
  const env = {
    DTC_API_TOKENS: `shop:client:${tokens.shop},hotel:participant:${tokens.hotel},ops:operator:${tokens.ops}`,
  };
  let guarded: Harness;
  beforeEach(async () => (guarded = await Harness.start(env)));
  afterEach(() => guarded.close());

  function calls(headers: Record<string, string> = {}): Promise<Answer[]> {
    return Promise.all([
      guarded.call('/locks', { headers, json: wanted }),
      guarded.call('/locks', { headers }),
      guarded.call('/locks/a', { headers }),
      guarded.call('/locks/a/job-7', { headers, method: 'DELETE' }),
      guarded.call('/locks?resource=a', { headers }),
      guarded.call('/locks?resource=a&holder=job-7', { headers, method: 'DELETE' }),
    ]);
  }
  const statuses = async (headers?: Record<string, string>): Promise<number[]> =>
    (await calls(headers)).map(({ status }) => status);
  const as = (name: keyof typeof tokens): Record<string, string> => ({
    authorization: `Bearer ${tokens[name]}`,
  });
  const asked = (): unknown[] => [
    ...guarded.locks.acquired,
    ...guarded.locks.released,
    ...guarded.locks.listed,
  ];

  it('nobody else learns or changes anything', async () => {
    expect(await statuses()).toEqual(Array(6).fill(401));
    expect(await statuses({ authorization: 'Bearer another-0123456789' })).toEqual(Array(6).fill(401));
    expect(asked()).toEqual([]);
  });

  it('a participant may neither read nor take locks', async () => {
    const detail = '"hotel" has the role participant, which may not read or take locks';
    for (const answer of await calls(as('hotel')))
      expect(answer).toEqual(problem('role-not-allowed', 403, { detail }));
    expect(asked()).toEqual([]);
  });

  it.each<['shop' | 'ops', ReleaseRequest]>([
    ['shop', { resource: 'a', holder: 'job-7', ownOf: 'shop' }],
    ['ops', { resource: 'a', holder: 'job-7' }],
  ])('%s takes locks in its own name, and releases what it may', async (name, released) => {
    expect(await statuses(as(name))).toEqual([201, 200, 200, 204, 200, 204]);
    expect(guarded.locks.acquired).toMatchObject([{ caller: name }]);
    expect(guarded.locks.released).toEqual([released, released]);
  });
});
