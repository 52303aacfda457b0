/** PROTOCOL §3, many at once, over HTTP: who may, what may stand in the body, what is passed on, what comes back. */
import { EngineUnavailable } from '../../src/coordinator/errors';
import { type RequestParts, type Answer, Harness, problem } from './harness';

const tokens = 'ann:operator:0123456789abcdef,cli:client:0123456789abcdeg,pay:participant:0123456789abcdeh';
const bearer = { ann: '0123456789abcdef', cli: '0123456789abcdeg', pay: '0123456789abcdeh' };

let api: Harness;
beforeEach(async () => (api = await Harness.start({ DTC_API_TOKENS: tokens, DTC_RATE_LIMIT: '1' })));
afterEach(() => api.close());

const as = (who: keyof typeof bearer, path: string, parts: RequestParts = {}): Promise<Answer> =>
  api.call(path, { ...parts, headers: { authorization: `Bearer ${bearer[who]}`, ...parts.headers } });

const gone = { participant: 'old.example.com', outcome: 'unknown', reason: 'switched off for good' };

describe('POST /transactions/resolve', () => {
  const resolve = (json: unknown): Promise<Answer> => as('ann', '/transactions/resolve', { json });

  it('passes on what is said of which host, and by whom, and answers with what came of it', async () => {
    api.bulk.counts = { matched: 3, acted: 2, failed: [{ id: 'testt1', why: 'it is paused' }] };
    const { status, json } = await resolve({ ...gone, participant: 'Old.example.com:8443' });
    expect([status, json]).toEqual([200, { ...api.bulk.counts, dryRun: false }]);
    expect(api.bulk.asked).toEqual([
      {
        action: 'resolve',
        ...{ ...gone, participant: 'old.example.com:8443' },
        ...{ by: 'ann', limit: 1000, dryRun: false },
      },
    ]);
    const [line] = await api.logLines('acted on many');
    expect(line).toMatchObject({ caller: 'ann', action: 'resolve', matched: 3, acted: 2, failed: 1 });
  });

  it('takes a limit, tries dry, and says where it stopped', async () => {
    const heuristic = { mixed: 4, hazard: 2, undecided: 1 };
    api.bulk.counts = { matched: 7, acted: 0, heuristic, failed: [], stoppedBy: 'limit' };
    const { json } = await resolve({ ...gone, limit: 7, dryRun: true });
    expect(json).toEqual({ matched: 7, acted: 0, heuristic, failed: [], dryRun: true, stoppedBy: 'limit' });
    expect(api.bulk.asked).toMatchObject([{ limit: 7, dryRun: true }]);
    expect(await api.logLines('would act on many')).toHaveLength(1);
  });

  it.each([
    ['hotel', 0, /^nothing waits for a host "hotel": participant is a host, with the port .* not the name/],
    ['localhost', 0, /"localhost"/],
    ['hotel', 1, undefined],
    ['old.example.com', 0, undefined],
    ['hotel:8080', 0, undefined],
    ['[::1]', 0, undefined],
  ])('hints at what a host is, where it looks like a name: %s, matched %d', async (host, matched, hint) => {
    api.bulk.counts = { matched, acted: matched, failed: [] };
    const { json } = await resolve({ ...gone, participant: host });
    const hinted = hint === undefined ? {} : { hint: expect.stringMatching(hint) as string };
    expect(json).toEqual({ ...api.bulk.counts, dryRun: false, ...hinted });
    const retried = await as('ann', '/transactions/retry', { json: { participant: host } });
    expect(retried.json).toEqual(json);
  });

  it('hints at the port where nothing waits for the host, and it is known with another', async () => {
    api.bulk.like = { isKnown: false, others: ['old.example.com:8443'] };
    const { json } = await resolve(gone);
    const known = /^nothing waits for a host "old.example.com", but "old.example.com:8443" is known:/;
    expect(json).toEqual({ ...api.bulk.counts, dryRun: false, hint: expect.stringMatching(known) as string });
    expect(
      (await as('ann', '/transactions/retry', { json: { participant: gone.participant } })).json,
    ).toEqual(json);
    api.bulk.like = { isKnown: true, others: ['old.example.com:8443'] };
    expect((await resolve(gone)).json).not.toHaveProperty('hint');
  });

  it('hints at nothing where not all were looked at, somebody is asked there, or no host was named', async () => {
    expect((await as('ann', '/transactions/retry', { json: {} })).json).not.toHaveProperty('hint');
    api.bulk.counts = { matched: 0, acted: 0, asking: 1, failed: [] };
    const asking = await as('ann', '/transactions/retry', { json: { participant: 'hotel' } });
    expect(asking.json).toEqual({ ...api.bulk.counts, dryRun: false });
    api.bulk.counts = { matched: 0, acted: 0, failed: [], stoppedBy: 'time' };
    expect((await resolve({ ...gone, participant: 'hotel' })).json).not.toHaveProperty('hint');
  });

  it.each([
    ['no participant', { participant: undefined }, { pointer: '#/participant', message: 'is required' }],
    [
      'a URL',
      { participant: 'http://old/prepare' },
      { pointer: '#/participant', value: 'http://old/prepare' },
    ],
    ['a path', { participant: 'old/prepare' }, { pointer: '#/participant', value: 'old/prepare' }],
    ['what is no host', { participant: "x' OR 1=1" }, { pointer: '#/participant' }],
    ['no outcome', { outcome: undefined }, { pointer: '#/outcome', message: 'is required' }],
    ['another outcome', { outcome: 'done' }, { pointer: '#/outcome', value: 'done' }],
    ['an empty reason', { reason: ' ' }, { pointer: '#/reason', value: ' ' }],
    ['no limit at all', { limit: 0 }, { pointer: '#/limit', value: 0 }],
    ['more than a thousand', { limit: 1001 }, { pointer: '#/limit', value: 1001 }],
    ['a dry run by word', { dryRun: 'yes' }, { pointer: '#/dryRun', value: 'yes' }],
    ['an actor', { by: 'root' }, { pointer: '#/by' }],
    ['a transaction', { id: 'testt1' }, { pointer: '#/id' }],
  ])('refuses %s by name', async (_, wrong, error) => {
    const answer = await resolve({ ...gone, ...wrong });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([error]);
    expect(api.bulk.asked).toEqual([]);
  });

  it('wants a body, and JSON', async () => {
    const type = { 'content-type': 'application/json' };
    const bare = (headers = {}): Promise<Answer> =>
      as('ann', '/transactions/resolve', { method: 'POST', headers });
    expect(await bare(type)).toEqual(problem('invalid-json', 400));
    expect(await bare()).toEqual(problem('unsupported-media-type', 415));
  });
});

describe('POST /transactions/retry', () => {
  const retry = (parts: RequestParts): Promise<Answer> =>
    as('ann', '/transactions/retry', { method: 'POST', ...parts });

  it('needs no body: all that wait', async () => {
    expect((await retry({})).status).toBe(200);
    expect(api.bulk.asked).toEqual([{ action: 'retry', by: 'ann', limit: 1000, dryRun: false }]);
  });

  it('takes a host, and those that need attention alone', async () => {
    const which = { participant: '[::1]:9001', needsAttention: true };
    await retry({ json: which });
    expect(api.bulk.asked).toMatchObject([which]);
  });

  it.each([
    ['those that do not need attention', { needsAttention: false }, '#/needsAttention'],
    ['an outcome', { outcome: 'committed' }, '#/outcome'],
    ['an array', [], '#'],
  ])('refuses %s by name', async (_, json, pointer) => {
    const answer = await retry({ json });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([{ pointer }]);
  });

  it('begins no more once the caller has gone, or the server stops', async () => {
    const begun: AbortSignal[] = [];
    api.bulk.until = ({ signal }) =>
      new Promise(resolve => {
        begun.push(signal);
        signal.addEventListener('abort', resolve);
      });
    const leaving = new AbortController();
    const left = fetch(`${api.listening.url}/transactions/retry`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer.ann}` },
      signal: leaving.signal,
    });
    while (begun.length < 1) await new Promise(setImmediate);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await api.logLines('acted on many');
    const stopped = retry({});
    while (begun.length < 2) await new Promise(setImmediate);
    api.stopping.abort();
    expect((await stopped).status).toBe(200);
    expect(begun.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('GET /participants', () => {
  it('answers with whom transactions wait for', async () => {
    api.bulk.sick = {
      participants: [
        { host: 'a:1', waiting: 3, needsAttention: 1, since: '2026-01-01T00:00:00.000Z' },
        { host: 'b', waiting: 1, needsAttention: 0, since: '2026-01-01T00:00:01.000Z' },
      ],
      sample: { looked: 2000, of: 2400 },
    };
    const { status, json } = await as('ann', '/participants');
    expect([status, json]).toEqual([200, api.bulk.sick]);
  });

  it('is 503 while Temporal does not answer', async () => {
    api.bulk.failure = new EngineUnavailable();
    expect(await as('ann', '/participants')).toEqual(problem('engine-unavailable', 503));
  });
});

const post = { method: 'POST' };
const all: readonly (readonly [string, RequestParts])[] = [
  ['/transactions/retry', post],
  ['/transactions/resolve', post],
  ['/participants', {}],
];

it.each(all)('%s is for operators', async (path, parts) => {
  for (const who of ['cli', 'pay'] as const)
    expect(await as(who, path, parts)).toEqual(problem('role-not-allowed', 403));
  expect(await api.call(path, parts)).toEqual(problem('unauthenticated', 401));
  expect(api.bulk.asked).toEqual([]);
});

it('an action has one method, and its path is no transaction', async () => {
  for (const path of ['/transactions/retry', '/transactions/resolve']) {
    const answer = await as('ann', path);
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
  }
  expect((await as('ann', '/participants', post)).headers['allow']).toBe('GET, HEAD');
});

it('an operator is never slowed down in it', async () => {
  for (let nth = 1; nth <= 15; nth += 1)
    expect((await as('ann', '/transactions/retry', post)).status).toBe(200);
});
