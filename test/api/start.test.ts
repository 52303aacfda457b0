import { given } from '../../src/protocol/wire/given';
import { eventually } from '../support/until';
import { Harness, problem } from './harness';

const two = ['http://a:1/prepare', 'http://b:2/x/prepare?key=secret'];

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
});
afterEach(() => api.close());

describe('POST /transactions', () => {
  it('answers 201 with a Location that GET answers with the same document', async () => {
    const started = await api.post(two);
    expect(started.status).toBe(201);
    expect(started.json).toMatchObject({ status: 'pending', participants: [{ name: 'p1' }, { name: 'p2' }] });
    expect((await api.call(String(started.headers['location']))).json).toEqual(started.json);
  });

  it('starts the normalised request in the name of the caller', async () => {
    await api.post({
      participants: [two[0], { url: two[1], name: 'b', payload: { n: 1 } }],
      labels: { k: 'v' },
    });
    expect(api.coordinator.started).toEqual([
      {
        caller: { name: 'anonymous', plainName: 'anonymous', ownsUnmarked: true },
        // for its turn: as long as the answer may take, less what the start may take
        patienceMs: expect.any(Number) as number,
        signal: expect.any(AbortSignal) as AbortSignal,
        request: {
          labels: { k: 'v' },
          participants: [
            { name: 'p1', url: two[0], commitUrl: 'http://a:1/commit', rollbackUrl: 'http://a:1/rollback' },
            {
              name: 'b',
              url: two[1],
              commitUrl: 'http://b:2/x/commit?key=secret',
              rollbackUrl: 'http://b:2/x/rollback?key=secret',
              payload: { n: 1 },
            },
          ],
        },
      },
    ]);
  });

  it('refuses bad input with 400, naming every place, and starts nothing', async () => {
    const answer = await api.post({ participants: ['http://a/nope', { url: two[0], nmae: 'x' }] });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toEqual([
      {
        pointer: '#/participants/0',
        value: 'http://a/nope',
        message: expect.stringContaining('prepare') as string,
      },
      { pointer: '#/participants/1/nmae', message: expect.stringContaining('unknown field') as string },
    ]);
    expect(api.coordinator.calls).toEqual([]);
  });

  it('refuses a participant that policy forbids with 403, naming its position and the rule', async () => {
    api.refuse = url => (url.startsWith('http://b') ? 'link-local addresses are refused always' : undefined);
    const answer = await api.post(two);
    expect(answer).toEqual(problem('participant-not-allowed', 403));
    expect(answer.json['errors']).toEqual([
      {
        pointer: '#/1',
        value: 'http://b:2/x/prepare?redacted',
        message: 'participant 2, "p2", may not be called: link-local addresses are refused always',
      },
    ]);
    expect(api.coordinator.calls).toEqual([]);
  });

  it('takes a timeoutMs of a participant up to the ceiling that is set, whatever its own requests may take', async () => {
    await api.close();
    const env = { DTC_MAX_REQUEST_TIMEOUT_MS: '2000', DTC_PREPARE_TIMEOUT_MS: '5000' };
    api = await Harness.start(env);
    const waiting = (timeoutMs: number): unknown => ({ participants: [{ url: two[0], timeoutMs }] });
    expect((await api.post(waiting(2000))).status).toBe(201);
    const errors = [
      {
        pointer: '#/participants/0/timeoutMs',
        value: 2001,
        message:
          'must be a whole number of milliseconds from 10 to 2000, the most that this coordinator allows (DTC_MAX_REQUEST_TIMEOUT_MS)',
      },
    ];
    expect(await api.post(waiting(2001))).toEqual(problem('invalid-request', 400, { errors }));
  });

  it('judges commit and rollback URLs of another host as well', async () => {
    api.refuse = url => (url.includes('metadata') ? 'refused' : undefined);
    const url = 'http://a/prepare';
    const named = { url, commitUrl: 'http://a/c', rollbackUrl: 'http://metadata/r' };
    expect(await api.post({ participants: [named] })).toEqual(problem('participant-not-allowed', 403));
  });

  it('shows no URL query in an error', async () => {
    const answer = await api.post([
      'http://b/nope?key=secret',
      'http://b/x y?key=secret',
      'http://u:secret@b/prepare',
    ]);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('secret');
  });
});

describe('the body', () => {
  it.each([
    ['none', {}],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }],
    ['a longer name', { 'content-type': 'application/jsonp' }],
  ])('must be declared as JSON: %s is 415 and says what to send', async (_, headers) => {
    const answer = await api.call('/transactions', { body: JSON.stringify(two), headers });
    expect(answer).toEqual(problem('unsupported-media-type', 415));
    expect(answer.json['detail']).toContain('content-type: application/json');
    const [value] = Object.values(headers);
    expect(answer.json['errors']).toEqual([
      { header: 'Content-Type', ...given({ value }), message: expect.any(String) as string },
    ]);
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset="UTF-8"'])(
    'may be declared as %s',
    async type => {
      const answer = await api.call('/transactions', {
        body: JSON.stringify(two),
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(201);
    },
  );

  it('may not be compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await api.call('/transactions', { body: 'x', headers });
    expect(answer).toEqual(problem('unsupported-media-type', 415));
  });

  it('is told where it is not JSON, and nothing of it is repeated', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await api.call('/transactions', {
      body: '{"payload": "secret",\n  "a": secret}',
      headers,
    });
    expect(answer).toEqual(problem('invalid-json', 400));
    expect(answer.json['detail']).toBe('the body is not JSON: unexpected text at line 2, column 8');
  });

  it.each([
    ['empty', Buffer.alloc(0), 'the body is empty'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'the body is not UTF-8'],
  ])('is 400 when it is %s', async (_, body, detail) => {
    const headers = { 'content-type': 'application/json' };
    expect(await api.call('/transactions', { method: 'POST', body, headers })).toEqual(
      problem('invalid-json', 400, { detail }),
    );
  });

  it('is 413 over the limit, and 201 just under it', async () => {
    await api.close();
    api = await Harness.start({ DTC_MAX_BODY_BYTES: '2000' });
    const sized = (bytes: number): unknown => {
      const empty = JSON.stringify({ participants: [{ url: two[0], payload: '' }] }).length;
      return { participants: [{ url: two[0], payload: 'x'.repeat(bytes - empty) }] };
    };
    expect((await api.post(sized(2_000))).status).toBe(201);
    const answer = await api.post(sized(2_001));
    expect(answer).toEqual(problem('body-too-large', 413));
    expect(answer.json['detail']).toContain('2000');
  });

  it('is read in either form when it nests deeply, and refused by name where it nests too deeply', async () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const send = (levels: number): ReturnType<Harness['call']> => {
      const body = `{"participants":[{"url":"http://a/prepare","payload":${nested(levels)}}]}`;
      return api.call('/transactions', { body, headers: { 'content-type': 'application/json' } });
    };
    expect((await send(100)).status).toBe(201);
    const answer = await send(100_000);
    expect(answer.json['errors']).toEqual([
      { pointer: '#/participants/0/payload', message: 'must not nest deeper than 100 levels' },
    ]);
  });
});

describe('Idempotency-Key', () => {
  it.each([
    ['bare', '8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['quoted', '"8e03978e-40d5"', '8e03978e-40d5'],
    ['quoted with escapes', String.raw`"a \"b\" \\ c"`, String.raw`a "b" \ c`],
    ['as long as it may be', 'k'.repeat(255), 'k'.repeat(255)],
  ])('is passed on: %s', async (_, header, key) => {
    await api.post(two, { 'idempotency-key': header });
    expect(api.coordinator.started[0]?.idempotencyKey).toBe(key);
  });

  it.each([
    ['empty', '""'],
    ['with a space', 'a b'],
    ['several', 'a, b'],
    ['several quoted', '"a", "b"'],
    ['with an open quote', '"a'],
    ['with another escape', String.raw`"a\n"`],
    ['too long', 'k'.repeat(256)],
  ])('is refused when it is %s', async (_, header) => {
    const answer = await api.post(two, { 'idempotency-key': header });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([{ header: 'Idempotency-Key' }]);
    expect(api.coordinator.started).toEqual([]);
  });

  it.each([
    [
      'its length, where it is too long',
      'k'.repeat(300),
      `${'k'.repeat(80)}... (300 characters)`,
      /255.*has 300$/,
    ],
    ['as it was sent', Buffer.from('schlüssel').toString('latin1'), 'schlüssel', /printable ASCII/],
    ['as it arrived, where it is not UTF-8', 'schl\u00fcssel', 'schlüssel', /printable ASCII/],
  ])('that is refused is shown: %s', async (_, header, value, message) => {
    const answer = await api.post(two, { 'idempotency-key': header });
    expect(answer.json['errors']).toEqual([
      { header: 'Idempotency-Key', value, message: expect.stringMatching(message) as string },
    ]);
  });

  it('is told as wrong together with Prefer and the body', async () => {
    const answer = await api.post(['x', 'x'], { 'idempotency-key': 'a b', prefer: `wait=${'x'.repeat(90)}` });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([
      { header: 'Prefer', value: `wait=${'x'.repeat(75)}... (95 characters)` },
      { header: 'Idempotency-Key', value: 'a b' },
      { pointer: '#/0' },
      { pointer: '#/1' },
    ]);
    expect(answer.json['detail']).toBe(
      'the Prefer header is not valid; the Idempotency-Key header is not valid; the body is not a valid transaction',
    );
  });

  it('is no key at all when it is not sent', async () => {
    await api.post(two);
    expect(api.coordinator.started[0]).not.toHaveProperty('idempotencyKey');
  });
});

describe('Prefer: wait', () => {
  it('answers once status leaves pending', async () => {
    const answer = api.post(two, { prefer: 'wait=20' });
    await eventually(() => api.coordinator.waits === 1);
    api.coordinator.set('testt1', { state: 'committing' }); // not what was waited for
    api.coordinator.set('testt1', { status: 'committed', state: 'committed', decision: 'commit' });
    const { status, json, headers } = await answer;
    expect({ status, json, applied: headers['preference-applied'] }).toMatchObject({
      status: 201,
      json: { status: 'committed' },
      applied: 'wait=20',
    });
  });

  it.each([
    ['wait=54', 54],
    ['wait=60', 55],
    ['wait=600', 55],
    ['respond-async, wait="7"; x=1', 7],
    ['Wait = 5', 5],
    ['a="x, wait=9", wait=3', 3],
    ['wait=4, wait=8', 4],
  ])('takes %s for %d seconds', async (prefer, seconds) => {
    const answer = api.post(two, { prefer });
    await eventually(() => api.coordinator.waits === 1);
    api.coordinator.set('testt1', { status: 'rolledback' });
    expect((await answer).headers['preference-applied']).toBe(`wait=${seconds}`);
    const waited = (api.coordinator.calls.at(-1)?.with as { timeoutMs: number }).timeoutMs;
    if (seconds < 54) expect(waited).toBe(seconds * 1_000);
    // the answer is there after 55 s, with one more look before it: a proxy that gives up after 60 s has it
    else expect(waited).toBeLessThanOrEqual(54_000);
    expect(waited).toBeGreaterThan(Math.min(seconds, 54) * 1_000 - 1_000);
  });

  it('waits for no longer than is set', async () => {
    const impatient = await Harness.start({ DTC_LONGEST_WAIT_S: '3' });
    const answer = impatient.post(two, { prefer: 'wait=60' });
    await eventually(() => impatient.coordinator.waits === 1);
    expect((await answer).headers['preference-applied']).toBe('wait=3');
    await impatient.close();
  });

  it.each(['wait=soon', 'wait=-1', 'wait=1.5', 'wait'])('refuses %s by name', async prefer => {
    const answer = await api.post(two, { prefer });
    expect(answer.json['errors']).toMatchObject([{ header: 'Prefer' }]);
    expect(api.coordinator.started).toEqual([]);
  });

  it('does not wait where none is asked for', async () => {
    for (const prefer of ['wait=0', 'respond-async'])
      expect((await api.post(two, { prefer })).status).toBe(201);
    expect(api.coordinator.calls.map(call => call.method)).toEqual(['start', 'start']);
  });

  it('answers 201 all the same when the wait fails, since the transaction is accepted', async () => {
    api.coordinator.failure = new Error('the engine is gone');
    api.coordinator.working = ['start'];
    const answer = await api.post(two, { prefer: 'wait=5' });
    expect(answer).toMatchObject({ status: 201, json: { status: 'pending' } });
  });

  it('answers at once when the server stops', async () => {
    const answer = api.post(two, { prefer: 'wait=60' });
    await eventually(() => api.coordinator.waits === 1);
    api.stopping.abort();
    expect(await answer).toMatchObject({ status: 201, json: { status: 'pending' } });
  });

  it('does not wait at all when the server is stopping already', async () => {
    api.stopping.abort();
    expect(await api.post(two, { prefer: 'wait=60' })).toMatchObject({ status: 201 });
  });
});
