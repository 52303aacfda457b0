import { answering, outbound, pour, request, stopAll, stub, whole } from './stub';

afterEach(stopAll);

const replyTo = async (text: string, then?: 'end' | 'reset', readBody = true) =>
  outbound().send(request((await answering(text, then)).url('/prepare?secret=1'), { readBody }));

describe('cut off', () => {
  const cutOff = { kind: 'lost', code: 'cutOff' };
  const half = 'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"vote":';
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"vote":\r\n';

  test.each(['end', 'reset'] as const)('by %s before the answer', async then => {
    expect(await replyTo('', then)).toMatchObject(cutOff);
  });

  test.each(['end', 'reset'] as const)('by %s in the status line', async then => {
    expect(await replyTo('HTTP/1.1 2', then)).toMatchObject(cutOff);
  });

  test.each(['end', 'reset'] as const)('by %s in the headers', async then => {
    expect(await replyTo('HTTP/1.1 200 OK\r\ncontent-le', then)).toMatchObject(cutOff);
    expect(await replyTo('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-a: b\r\n', then)).toMatchObject(cutOff);
  });

  test.each(['end', 'reset'] as const)('by %s in a body of known length', async then => {
    expect(await replyTo(half, then)).toMatchObject(cutOff);
  });

  test.each(['end', 'reset'] as const)('by %s in a body of known length, connection: close', async then => {
    expect(await replyTo(half.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'), then)).toMatchObject(
      cutOff,
    );
  });

  test.each(['end', 'reset'] as const)('by %s in a chunked body', async then => {
    expect(await replyTo(chunked, then)).toMatchObject(cutOff);
    expect(await replyTo(`${chunked}0\r\n`, then)).toMatchObject(cutOff);
  });

  test('by end in a chunked body, connection: close', async () => {
    expect(await replyTo(chunked.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'), 'end')).toMatchObject(
      cutOff,
    );
  });

  test('by reset in a body that only the end of the connection delimits', async () => {
    expect(await replyTo('HTTP/1.1 200 OK\r\n\r\n', 'reset')).toMatchObject(cutOff);
    expect(await replyTo('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall is well', 'reset')).toMatchObject(
      cutOff,
    );
  });

  test('in a JSON body that only the end of the connection delimits: half a no is never a yes', async () => {
    expect(await replyTo('HTTP/1.0 200 OK\r\n\r\n{"vote":"n', 'end')).toMatchObject(cutOff);
  });

  test('after the status line, where that was enough, is an answer', async () => {
    expect(await replyTo(half, 'end', false)).toEqual({ kind: 'answer', status: 200 });
  });

  test('requests are not sent again by themselves', async () => {
    const participant = await answering('', 'reset');
    await outbound().send(request(participant.url()));
    expect(participant.requests).toHaveLength(1);
    expect(participant.sockets).toHaveLength(1);
  });
});

describe('broken HTTP', () => {
  const broken = { kind: 'malformed', code: 'brokenHttp' };

  test.each([
    ['garbage', 'hello, this is not HTTP\r\n\r\n'],
    ['garbage after a true beginning', 'HTTP/1.1 x\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a bad header line', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nno colon here\r\n\r\nhello'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bad chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['a header too large', `HTTP/1.1 200 OK\r\nx-large: ${'x'.repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`],
    ['headers too many', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(200)}content-length: 0\r\n\r\n`],
    ['an endless 100', `HTTP/1.1 100 Continue\r\n${'x: y\r\n'.repeat(20_000)}`],
    ['a coding that was not asked for', whole('200 OK', '\x1f\x8b', 'content-encoding: gzip\r\n')],
  ])('%s', async (_name, text) => {
    expect(await replyTo(text)).toMatchObject(broken);
  });

  test('the coding of an answer whose status alone counts does not matter', async () => {
    expect(await replyTo(whole('503 Unavailable', 'x', 'content-encoding: gzip\r\n'))).toMatchObject({
      status: 503,
    });
  });
});

describe('a 200 that is called JSON and is none', () => {
  const notJson = { kind: 'malformed', code: 'notJson' };
  const called = (type: string, body: string) => whole('200 OK', body, `content-type: ${type}\r\n`);

  test.each([
    ['a number that JSON lacks', '{"vote":"no","score":NaN}'],
    ['a comma too many', '{"vote":"no",}'],
    ['a prefix against scripts', ')]}\',\n{"vote":"no"}'],
    ['cut short, with the right length', '{"vote":"no","reason":"the fl'],
    ['single quotes', "{'vote':'no'}"],
    ['two documents', '{"vote":"no"}{"vote":"no"}'],
    ['a word', 'prepared'],
    ['blanks', ' \r\n'],
    ['UTF-16', '\xff\xfe{\0"\0v\0"\0:\x001\0}\0'],
  ])('%s', async (_name, body) => {
    expect(await replyTo(called('application/json', body))).toMatchObject(notJson);
  });

  test.each([
    'application/json; charset=utf-8',
    'Application/JSON;charset=utf-8',
    'application/problem+json',
    'application/vnd.bank.vote.v1+json; q=1',
    'text/json',
    'text/plain\r\ncontent-type: application/json',
    'application/json, text/plain',
  ])('is called JSON by %s', async type => {
    expect(await replyTo(called(type, '{"vote":"no",}'))).toMatchObject(notJson);
  });

  test.each(['text/plain', 'text/html; charset=json', 'application/jsonl', 'application/json-seq'])(
    'is not called JSON by %s: the status alone counts',
    async type => {
      expect(await replyTo(called(type, 'OK'))).toMatchObject({ kind: 'answer', status: 200, body: 'OK' });
    },
  );

  test.each([
    ['an empty body', ''],
    ['a byte order mark alone', '\xef\xbb\xbf'],
    ['a byte order mark before JSON', '\xef\xbb\xbf{"vote":"yes"}'],
    ['JSON with blanks around it', '\r\n{"vote":"yes"}\r\n'],
  ])('%s is none of these', async (_name, body) => {
    expect(await replyTo(called('application/json', body))).toMatchObject({ kind: 'answer', status: 200 });
  });

  test('with no length, and broken off in the middle of an object, it was cut off', async () => {
    const text = 'HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"vote":"no"';
    expect(await replyTo(text, 'end')).toMatchObject({ kind: 'lost', code: 'cutOff' });
  });

  test('matters nowhere but in a 200', async () => {
    const text = whole('503 Unavailable', '{', 'content-type: application/json\r\n');
    expect(await replyTo(text)).toMatchObject({ kind: 'answer', status: 503 });
  });
});

describe('too large', () => {
  const tooLarge = { kind: 'malformed', code: 'tooLarge' };

  test('a body over the limit; one at the limit is whole', async () => {
    const participant = await answering(whole('200 OK', 'x'.repeat(1_000)));
    expect(await outbound({ maxBodyBytes: 999 }).send(request(participant.url()))).toMatchObject(tooLarge);
    expect(await outbound({ maxBodyBytes: 1_000 }).send(request(participant.url()))).toMatchObject({
      status: 200,
    });
  });

  test('an endless body', async () => {
    const participant = await stub(socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      pour(socket, 'x'.repeat(4_096));
    });
    expect(await outbound().send(request(participant.url()))).toMatchObject(tooLarge);
  });
});

describe('no answer in time', () => {
  const timeout = { kind: 'lost', code: 'timeout' };
  const slow = { timeoutMs: 100 };

  test('from a participant that hangs', async () => {
    const participant = await stub(() => undefined);
    expect(await outbound().send(request(participant.url(), slow))).toMatchObject(timeout);
    expect(participant.requests).toHaveLength(1);
  });

  test('from one that stops after the headers', async () => {
    const participant = await answering('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n');
    expect(await outbound().send(request(participant.url(), slow))).toMatchObject(timeout);
  });

  test.each([
    ['a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', 'x'],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('from one that lets %s drip', async (_name, start, drop) => {
    const participant = await stub(socket => {
      socket.write(start);
      const drip = setInterval(() => socket.write(drop), 5);
      socket.on('close', () => {
        clearInterval(drip);
      });
    });
    expect(await outbound().send(request(participant.url(), slow))).toMatchObject(timeout);
  });
});

test('messages hold nothing of the query and nothing that the participant sent', async () => {
  const replies = [await replyTo('my secret\r\n\r\n'), await replyTo('HTTP/1.1 200 OK\r\nsecret', 'end')];
  for (const reply of replies) {
    expect(reply).toHaveProperty('message');
    expect(JSON.stringify(reply)).not.toContain('secret');
  }
});
