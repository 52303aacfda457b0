import { answering, closed, outbound, pour, request, stopAll, stub, turn, whole } from './stub';

afterEach(stopAll);

const answerTo = async (text: string, then?: 'end' | 'reset', readBody = true) =>
  outbound().send(request((await answering(text, then)).url(), { readBody }));

test('a whole answer comes with status and body', async () => {
  expect(await answerTo(whole('200 OK', '{"vote":"no"}'))).toEqual({
    kind: 'answer',
    status: 200,
    body: '{"vote":"no"}',
  });
});

test('the request is a POST with the headers, query and body it was given', async () => {
  const participant = await answering(whole('200 OK'));
  await outbound().send(
    request(participant.url('/a/prepare?key=1'), { headers: { 'transaction-id': 't1' } }),
  );
  expect(participant.requests).toHaveLength(1);
  expect(participant.requests[0]).toMatch(/^POST \/a\/prepare\?key=1 HTTP\/1.1\r\n/);
  expect(participant.requests[0]).toContain('transaction-id: t1\r\n');
  expect(participant.requests[0]).toContain('accept-encoding: identity\r\n');
  expect(participant.requests[0]).toMatch(/\r\n\r\n\{"phase":"prepare"\}$/);
});

test.each(['204 No Content', '409 Conflict', '503 Unavailable'])(
  '%s without a body is an answer',
  async status => {
    expect(await answerTo(whole(status))).toEqual({ kind: 'answer', status: Number(status.slice(0, 3)) });
  },
);

test('a redirect is an answer and is not followed', async () => {
  const elsewhere = await answering(whole('200 OK'));
  const reply = await answerTo(whole('307 Temporary Redirect', '', `location: ${elsewhere.url()}\r\n`));
  expect(reply).toMatchObject({ kind: 'answer', status: 307 });
  expect(elsewhere.sockets).toHaveLength(0);
});

test('a chunked answer is put together', async () => {
  const text =
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"v\r\n9\r\note":"no"\r\n1\r\n}\r\n0\r\n\r\n';
  expect(await answerTo(text)).toMatchObject({ status: 200, body: '{"vote":"no"}' });
});

test.each([
  ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['100 without a reason, twice', 'HTTP/1.1 100\r\nx: y\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ['103 Early Hints', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
])('%s is no answer: the one after it is', async (_name, interim) => {
  expect(await answerTo(interim + whole('409 Conflict'))).toEqual({ kind: 'answer', status: 409 });
});

test('a 100 Continue that comes in pieces is skipped, on a kept connection too', async () => {
  const participant = await stub(socket => {
    const pieces = [
      'HTT',
      'P/1.1 100 Cont',
      'inue\r\n\r',
      '\nHTTP/1.1 2',
      '00 OK\r\ncontent-length: 2\r\n\r\nok',
    ];
    const next = () => {
      const piece = pieces.shift();
      if (piece !== undefined) socket.write(piece, () => setImmediate(next));
    };
    next();
  });
  const out = outbound();
  for (const nth of [1, 2]) {
    expect(await out.send(request(participant.url()))).toEqual({ kind: 'answer', status: 200, body: 'ok' });
    expect(participant.requests).toHaveLength(nth);
    for (let turns = 0; turns < 3; turns += 1) await turn();
  }
  expect(participant.sockets.length).toBe(1);
});

test('a 100 Continue alone is never a yes', async () => {
  expect(await answerTo('HTTP/1.1 100 Continue\r\n\r\n', 'end')).toMatchObject({
    kind: 'lost',
    code: 'cutOff',
  });
});

test('a body that the end of the connection delimits is whole when the connection ends properly', async () => {
  expect(await answerTo('HTTP/1.0 200 OK\r\n\r\n{"vote":"no"}', 'end')).toMatchObject({
    body: '{"vote":"no"}',
  });
  expect(await answerTo('HTTP/1.0 200 OK\r\n\r\n', 'end')).toEqual({ kind: 'answer', status: 200 });
});

test('a byte order mark does not hide a vote', async () => {
  const reply = await answerTo(whole('200 OK', '\u00ef\u00bb\u00bf{"vote":"no"}'));
  expect(reply).toMatchObject({ body: '{"vote":"no"}' });
});

describe('when the status line is enough', () => {
  test('an interim answer is none here either', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n';
    const reply = await answerTo(interim + whole('409 Conflict'), undefined, false);
    expect(reply).toEqual({ kind: 'answer', status: 409 });
  });

  test('the reply does not wait for a body that never comes, and the connection is closed', async () => {
    const participant = await answering('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
    const out = outbound({ drainMs: 20 });
    const reply = await out.send(request(participant.url(), { readBody: false }));
    expect(reply).toEqual({ kind: 'answer', status: 200 });
    await closed(participant.sockets[0]);
  });

  test('an endless body is not read endlessly', async () => {
    const participant = await stub(socket => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      pour(socket, `400\r\n${'x'.repeat(1024)}\r\n`);
    });
    const out = outbound({ drainMs: 60_000, maxBodyBytes: 10_000 });
    expect(await out.send(request(participant.url(), { readBody: false }))).toMatchObject({ status: 200 });
    await closed(participant.sockets[0]);
  });

  test('the endpoint has its place back when the rest was read', async () => {
    const participant = await answering(whole('200 OK', 'done'));
    const out = outbound({ callsPerEndpoint: 1 });
    for (const nth of [1, 2, 3]) {
      const reply = await out.send(request(participant.url(), { readBody: false, timeoutMs: 5_000 }));
      expect(reply).toEqual({ kind: 'answer', status: 200 });
      expect(participant.requests).toHaveLength(nth);
    }
  });
});

describe('when the status line is enough and the body is to be shown', () => {
  const shown = async (text: string, then?: 'end' | 'reset') =>
    outbound({ drainMs: 20, maxBodyBytes: 10 }).send(
      request((await answering(text, then)).url(), { readBody: 'toShow' }),
    );

  test('a whole body comes with the status', async () => {
    expect(await shown(whole('409 Conflict', 'too late'))).toEqual({
      kind: 'answer',
      status: 409,
      body: 'too late',
    });
  });

  test.each([
    ['never comes', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n', undefined],
    ['is cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhel', 'end'],
    ['is too large', whole('200 OK', 'x'.repeat(11)), undefined],
    ['is packed', whole('200 OK', 'x', 'content-encoding: gzip\r\n'), undefined],
  ] as const)('the status alone comes where the body %s', async (_, text, then) => {
    expect(await shown(text, then)).toEqual({ kind: 'answer', status: 200 });
  });

  test('the request timeout, which is shorter, does not take the status back', async () => {
    const participant = await answering('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
    const out = outbound({ drainMs: 60_000 });
    const reply = await out.send(request(participant.url(), { readBody: 'toShow', timeoutMs: 500 }));
    expect(reply).toEqual({ kind: 'answer', status: 200 });
    await closed(participant.sockets[0]);
  });
});

describe('Retry-After', () => {
  const waitOf = async (value: string) => {
    const reply = await answerTo(whole('503 Unavailable', '', `retry-after: ${value}\r\n`));
    return reply.kind === 'answer' ? reply.retryAfterMs : reply;
  };

  test('in seconds is read', async () => {
    expect(await waitOf('7')).toBe(7_000);
  });

  test('as an HTTP date is read, and one in the past means now', async () => {
    const wait = await waitOf(new Date(Date.now() + 120_000).toUTCString());
    expect(wait).toBeGreaterThan(60_000);
    expect(wait).toBeLessThanOrEqual(120_000);
    expect(await waitOf('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(0);
    expect(await waitOf('Sun Nov  6 08:49:37 1994')).toBe(0);
  });

  test('longer than a day is cut to a day', async () => {
    expect(await waitOf('999999999999')).toBe(86_400_000);
  });

  test.each([
    'soon',
    '-5',
    '1.5',
    '1e3',
    '',
    '5 apples',
    '99999999999999999999',
    'Sun, 99 Foo 1994 00:00:00 GMT',
  ])('"%s" is as if it were absent', async value => {
    expect(await waitOf(value)).toBeUndefined();
  });
});
