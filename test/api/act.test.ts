import { StateChanged } from '../../src/coordinator/errors';
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

describe('If-Match', () => {
  const act = (action: string, ifMatch: string): ReturnType<Harness['call']> =>
    api.call(`/transactions/testt1/${action}`, {
      json: action === 'resolve' ? { participant: 'p1', outcome: 'committed', reason: 'seen' } : {},
      headers: { 'if-match': ifMatch },
    });
  const named = (): unknown[] =>
    api.coordinator.calls.map(each => (each.with as { readonly ifMatch?: unknown }).ifMatch);

  it.each(['abort', 'retry', 'resolve'])('%s passes on the tags that were seen', async action => {
    expect((await act(action, '"a,b"')).status).toBe(200);
    expect((await act(action, ' "a" , ,"b"')).status).toBe(200);
    expect(named()).toEqual([['"a,b"'], ['"a"', '"b"']]);
  });

  it('with an asterisk takes whatever there is', async () => {
    expect((await act('retry', '*')).status).toBe(200);
    expect(named()).toEqual([undefined]);
  });

  it('never matches a weak tag', async () => {
    expect((await act('retry', 'W/"a", "b"')).status).toBe(200);
    expect((await act('retry', 'W/"a"')).status).toBe(200);
    expect(named()).toEqual([['"b"'], []]);
  });

  it.each(['a', '"a', '"a" "b"', '', ',', 'w/"a"', '*, "a"', `"${'x'.repeat(90)}`])(
    'is refused by name as %j, beside what is wrong with the body',
    async text => {
      const answer = await api.call('/transactions/testt1/abort', {
        json: { colour: 'red' },
        headers: { 'if-match': text },
      });
      expect(answer).toEqual(problem('invalid-request', 400));
      expect(answer.json['errors']).toMatchObject([{ header: 'If-Match' }, { pointer: '#/colour' }]);
      expect(api.coordinator.calls).toEqual([]);
    },
  );

  it('that is long and no list is refused at once', async () => {
    const answer = await act('abort', ',\t '.repeat(3_000) + 'x');
    expect(answer).toEqual(problem('invalid-request', 400));
  });
});

it('is answered 412, with what is different now, where the transaction is not as it was seen', async () => {
  const { document } = api.coordinator.add('testt1');
  const changes = [{ member: 'state', was: 'preparing', is: 'committing' }];
  api.coordinator.failure = new StateChanged({ ...document, state: 'committing' }, changes);
  const answer = await api.call('/transactions/testt1/abort', { json: {} });
  expect(answer).toEqual(problem('state-changed', 412));
  expect(answer.json).toMatchObject({ changes });
  expect(answer.json['detail']).toMatch(/nothing was done: state is committing, and was preparing$/);
});

it('is answered with the tag of the document that is answered', async () => {
  const { json: after } = await api.call('/transactions/testt1/abort', { json: {} });
  const { json: read, headers } = await api.call('/transactions/testt1');
  expect(after['etag']).toBe(read['etag']);
  expect(headers['etag']).toBe(read['etag']);
});

describe('dryRun', () => {
  const resolution = { participant: 'p1', outcome: 'committed', reason: 'seen' };

  it.each([
    ['abort', { reason: 'a mistake' }, { is: 'abort', by: 'anonymous', reason: 'a mistake' }],
    ['retry', {}, { is: 'retryNow', by: 'anonymous' }],
    ['resolve', resolution, { is: 'resolve', by: 'anonymous', ...resolution }],
  ])('of %s does nothing but ask what would follow', async (verb, body, action) => {
    const answer = await api.call(`/transactions/testt1/${verb}`, {
      json: { ...body, dryRun: true },
      headers: { 'if-match': '"a"' },
    });
    expect(answer).toMatchObject({ status: 200, json: { dryRun: true, document: { id: 'testt1' } } });
    expect(answer.json['follows']).toMatchObject({ inconsistent: ['p1'], ends: true });
    const asked = { id: 'testt1', action, ifMatch: ['"a"'] };
    expect(api.coordinator.calls).toEqual([{ method: 'foresee', with: asked }]);
  });

  it('has to be true or false', async () => {
    const answer = await api.call('/transactions/testt1/resolve', { json: { ...resolution, dryRun: 1 } });
    expect(answer.json['errors']).toMatchObject([{ pointer: '#/dryRun' }]);
    expect(api.coordinator.calls).toEqual([]);
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
