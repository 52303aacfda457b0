import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
  api.coordinator.add('testt1');
});
afterEach(() => api.close());

const json = { 'content-type': 'application/json' };

describe('POST /transactions/<id>/abort', () => {
  it('answers with the document as the action left it, and passes on reason and caller', async () => {
    const answer = await api.call('/transactions/testt1/abort', { json: { reason: '  a mistake ' } });
    expect(answer).toMatchObject({ status: 200, json: { id: 'testt1', state: 'rollingBack' } });
    const asked = { id: 'testt1', by: 'anonymous', reason: 'a mistake' };
    expect(api.coordinator.calls).toEqual([{ method: 'abort', with: asked }]);
  });

  it('needs no reason, and no body', async () => {
    await api.call('/transactions/testt1/abort', { json: {} });
    await api.call('/transactions/testt1/abort', { method: 'POST', headers: json });
    expect(api.coordinator.calls.map(call => call.with)).toEqual([
      { id: 'testt1', by: 'anonymous' },
      { id: 'testt1', by: 'anonymous' },
    ]);
  });

  it.each([
    ['an actor', { by: 'root' }, '#/by'],
    ['an empty reason', { reason: ' ' }, '#/reason'],
    ['a long reason', { reason: 'x'.repeat(1_001) }, '#/reason'],
    ['a reason of two lines', { reason: 'a\nb' }, '#/reason'],
    ['another type', { reason: 7 }, '#/reason'],
    ['an array', [], '#'],
  ])('refuses %s by name', async (_, body, pointer) => {
    const answer = await api.call('/transactions/testt1/abort', { json: body });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([{ pointer }]);
    expect(api.coordinator.calls).toEqual([]);
  });
});

describe('POST /transactions/<id>/retry', () => {
  it('passes on who asked', async () => {
    const answer = await api.call('/transactions/testt1/retry', { json: {} });
    expect(answer.status).toBe(200);
    expect(api.coordinator.calls).toEqual([{ method: 'retryNow', with: { id: 'testt1', by: 'anonymous' } }]);
  });

  it('takes no fields', async () => {
    const answer = await api.call('/transactions/testt1/retry', { json: { participant: 'p1' } });
    expect(answer.json['errors']).toMatchObject([{ pointer: '#/participant' }]);
  });
});

describe('POST /transactions/<id>/resolve', () => {
  const resolution = { participant: 'p1', outcome: 'committed', reason: 'seen in its database' };

  it('passes on what was decided, by whom and why', async () => {
    expect((await api.call('/transactions/testt1/resolve', { json: resolution })).status).toBe(200);
    const asked = { id: 'testt1', by: 'anonymous', ...resolution };
    expect(api.coordinator.calls).toEqual([{ method: 'resolve', with: asked }]);
  });

  it.each([
    ['no reason', { ...resolution, reason: undefined }, { pointer: '#/reason', message: 'is required' }],
    ['another outcome', { ...resolution, outcome: 'done' }, { pointer: '#/outcome', value: 'done' }],
    ['no participant', { ...resolution, participant: '' }, { pointer: '#/participant', value: '' }],
    ['an actor', { ...resolution, by: 'root' }, { pointer: '#/by' }],
  ])('refuses %s by name', async (_, body, error) => {
    const answer = await api.call('/transactions/testt1/resolve', { json: body });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([error]);
    expect(api.coordinator.calls).toEqual([]);
  });

  it('is 400 without a body', async () => {
    const answer = await api.call('/transactions/testt1/resolve', { method: 'POST', headers: json });
    expect(answer).toEqual(problem('invalid-json', 400));
  });
});

describe('without a body', () => {
  const bare = (action: string, headers: Record<string, string> = {}): ReturnType<Harness['call']> =>
    api.call(`/transactions/testt1/${action}`, { method: 'POST', headers });

  it.each(['abort', 'retry'])('%s needs no content type', async action => {
    expect((await bare(action)).status).toBe(200);
    expect((await bare(action, { 'content-length': '0' })).status).toBe(200);
    expect(api.coordinator.calls).toHaveLength(2);
  });

  it('resolve wants JSON: it has to say what', async () => {
    expect(await bare('resolve')).toEqual(problem('unsupported-media-type', 415));
  });

  it.each([
    ['its origin', { origin: 'https://evil.example' }],
    ['an origin that it hides', { origin: 'null' }],
    ['where it was sent from', { 'sec-fetch-site': 'cross-site' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('what a web page sends is kept out by %s', async (_, headers) => {
    for (const action of ['abort', 'retry'])
      expect(await bare(action, headers)).toEqual(problem('unsupported-media-type', 415));
    expect(api.coordinator.calls).toEqual([]);
  });

  it('a body has to be declared all the same, whatever its length says', async () => {
    const body = JSON.stringify({ reason: 'a mistake' });
    for (const action of ['abort', 'retry'])
      expect(await api.call(`/transactions/testt1/${action}`, { body })).toEqual(
        problem('unsupported-media-type', 415),
      );
    const chunked = await fetch(`${api.listening.url}/transactions/testt1/abort`, {
      method: 'POST',
      body: new Blob([Buffer.from(body)]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(415);
    expect(api.coordinator.calls).toEqual([]);
  });
});
