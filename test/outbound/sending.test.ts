import { Attempt } from '../../src/outbound/attempt';
import { eventually } from '../support/until';
import { answering, closed, outbound, request, stopAll, stub, turn, whole } from './stub';

afterEach(stopAll);

const never = () => new Promise<never>(() => undefined);
const loopback = [{ address: '127.0.0.1', family: 4 }];

describe('no connection', () => {
  const noConnection = { kind: 'notSent', code: 'connection' };

  test('because it was refused', async () => {
    const participant = await answering('');
    const url = participant.url();
    await participant.stop();
    const reply = await outbound().send(request(url));
    expect(reply).toEqual({ ...noConnection, message: 'the connection was refused' });
  });

  test('because every address of the name refused it', async () => {
    const participant = await answering('');
    const url = participant.url('/prepare', 'several.test');
    await participant.stop();
    const lookup = () => Promise.resolve([...loopback, { address: '127.0.0.2', family: 4 }]);
    expect(await outbound({ lookup }).send(request(url))).toEqual({
      ...noConnection,
      message: 'the connection was refused',
    });
  });

  test('because the name does not resolve', async () => {
    const reply = await outbound().send(request('http://no-such-participant.invalid/prepare'));
    expect(reply).toMatchObject({
      ...noConnection,
      message: expect.stringContaining('not resolved') as string,
    });
  });

  test('because the name has no address', async () => {
    const out = outbound({ lookup: () => Promise.resolve([]) });
    expect(await out.send(request('http://empty.test/prepare'))).toMatchObject(noConnection);
  });

  test('because it was not made within the request timeout', async () => {
    const reply = await outbound({ lookup: never }).send(
      request('http://slow.test/prepare', { timeoutMs: 30 }),
    );
    expect(reply).toEqual({ ...noConnection, message: 'no connection was made within 30 ms' });
  });

  test('because TLS was not agreed on: no request is sent', async () => {
    const participant = await stub(() => undefined);
    const reply = outbound().send(request(participant.url().replace('http:', 'https:')));
    await eventually(() => participant.bytes > 0);
    participant.sockets[0]?.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await reply).toMatchObject(noConnection);
    expect(participant.requests).toHaveLength(0);
  });
});

test('what may be another worker’s by now is not sent', async () => {
  const participant = await answering(whole('200 OK'));
  const taken = { kind: 'notSent', code: 'busy' };
  const reply = outbound().send(request(participant.url(), { mayBeTaken: () => true }));
  expect(await reply).toMatchObject(taken);
  const lookup = async () => {
    isTaken = true; // while the connection is made
    return Promise.resolve(loopback);
  };
  let isTaken = false;
  const url = participant.url('/prepare', 'late.test');
  const later = outbound({ lookup }).send(request(url, { mayBeTaken: () => isTaken }));
  expect(await later).toMatchObject(taken);
  expect(participant.requests).toHaveLength(0);
});

describe('cancelled', () => {
  test('before anything is done', async () => {
    const participant = await answering(whole('200 OK'));
    const reply = await outbound().send(request(participant.url(), { signal: AbortSignal.abort() }));
    expect(reply).toMatchObject({ kind: 'notSent', code: 'cancelled' });
    expect(participant.sockets).toHaveLength(0);
  });

  test('while the connection is made: it is not sent when the connection comes', async () => {
    const participant = await answering(whole('200 OK'));
    const cancel = new AbortController();
    let resolved: (addresses: typeof loopback) => void = () => undefined;
    const lookup = () => new Promise<typeof loopback>(resolve => (resolved = resolve));
    const url = participant.url('/prepare', 'late.test');
    const reply = outbound({ lookup }).send(request(url, { signal: cancel.signal }));
    await turn();
    cancel.abort();
    expect(await reply).toMatchObject({ kind: 'notSent', code: 'cancelled' });
    resolved(loopback);
    await eventually(() => participant.sockets.length > 0);
    await closed(participant.sockets[0]);
    expect(participant.bytes).toBe(0);
  });

  test('after it was sent: lost, and the connection is closed', async () => {
    const cancel = new AbortController();
    const participant = await stub(() => {
      cancel.abort();
    });
    const reply = await outbound().send(request(participant.url(), { signal: cancel.signal }));
    expect(reply).toMatchObject({ kind: 'lost', code: 'cancelled' });
    await closed(participant.sockets[0]);
  });

  test('in the middle of the answer: lost', async () => {
    const cancel = new AbortController();
    const participant = await stub(socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel', () => {
        cancel.abort();
      });
    });
    const reply = await outbound().send(request(participant.url(), { signal: cancel.signal }));
    expect(reply).toMatchObject({ kind: 'lost', code: 'cancelled' });
  });

  test('in the moment in which its turn comes: it is not handed over', async () => {
    const attempt = new Attempt(request('http://a.test/prepare', { signal: AbortSignal.abort() }), {
      maxBodyBytes: 1,
      maxHeaderCount: 1,
      drainMs: 1,
    });
    expect(attempt.replied).toBe(true);
    expect(await attempt.reply).toMatchObject({ kind: 'notSent', code: 'cancelled' });
    await attempt.over;
  });

  test('all that share one signal: those sent are lost, those that waited were not sent', async () => {
    const participant = await stub(() => undefined);
    const cancel = new AbortController();
    const out = outbound({ callsPerEndpoint: 10 });
    const replies = Array.from({ length: 20 }, () =>
      out.send(request(participant.url(), { signal: cancel.signal })),
    );
    await eventually(() => participant.requests.length === 10);
    cancel.abort();
    const kinds = (await Promise.all(replies)).map(reply => reply.kind);
    expect(kinds).toEqual([...Array<string>(10).fill('lost'), ...Array<string>(10).fill('notSent')]);
  });
});

describe('the instant after which it is not sent', () => {
  const late = { kind: 'notSent', code: 'deadline' };

  test('has passed already: no connection is made', async () => {
    const participant = await answering(whole('200 OK'));
    const reply = await outbound().send(request(participant.url(), { notAfter: Date.now() - 1 }));
    expect(reply).toMatchObject(late);
    expect(participant.sockets).toHaveLength(0);
  });

  test('passes while the connection is made: no byte is sent', async () => {
    const participant = await answering(whole('200 OK'));
    const notAfter = Date.now() + 30;
    const lookup = async () => {
      await eventually(() => Date.now() > notAfter);
      return loopback;
    };
    const url = participant.url('/prepare', 'late.test');
    expect(await outbound({ lookup }).send(request(url, { notAfter }))).toMatchObject(late);
    await eventually(() => participant.sockets.length > 0);
    await closed(participant.sockets[0]);
    expect(participant.bytes).toBe(0);
  });

  test('passes while it waits for a place', async () => {
    const participant = await stub(() => undefined);
    const out = outbound({ callsPerEndpoint: 1 });
    void out.send(request(participant.url()));
    const reply = await out.send(request(participant.url(), { notAfter: Date.now() + 30 }));
    expect(reply).toMatchObject(late);
    expect(participant.requests.length).toBeLessThanOrEqual(1);
  });

  test('lies ahead: it is sent', async () => {
    const participant = await answering(whole('200 OK'));
    const reply = await outbound().send(request(participant.url(), { notAfter: Date.now() + 60_000 }));
    expect(reply).toMatchObject({ kind: 'answer', status: 200 });
  });
});

describe('connections', () => {
  test('are kept for the next request', async () => {
    const participant = await answering(whole('200 OK'));
    const out = outbound();
    for (const nth of [1, 2, 3]) {
      await out.send(request(participant.url()));
      expect(participant.requests).toHaveLength(nth);
      await freed();
    }
    expect(participant.sockets.length).toBe(1);
  });

  test('that the participant closed in between are replaced', async () => {
    const participant = await stub(socket => {
      socket.write(whole('200 OK'), () => socket.end());
    });
    const out = outbound();
    for (const nth of [1, 2, 3]) {
      expect(await out.send(request(participant.url()))).toMatchObject({ kind: 'answer' });
      expect(participant.requests).toHaveLength(nth);
      await closed(participant.sockets.at(-1));
    }
    expect(participant.sockets).toHaveLength(3);
  });

  test('that the participant closes as the next request comes leave it lost: it may have arrived', async () => {
    const participant = await stub((socket, nth) => {
      if (nth === 1) socket.write(whole('200 OK'));
      else socket.resetAndDestroy();
    });
    const out = outbound();
    await out.send(request(participant.url()));
    await freed();
    expect(await out.send(request(participant.url()))).toMatchObject({ kind: 'lost', code: 'cutOff' });
    expect(participant.sockets.length).toBe(1);
    expect(participant.requests).toHaveLength(2);
  });

  test('hold one request: none waits behind one that hangs', async () => {
    const participant = await stub((socket, nth) => {
      if (nth > 1) socket.write(whole('200 OK'));
    });
    const out = outbound();
    void out.send(request(participant.url()));
    await eventually(() => participant.requests.length === 1);
    expect(await out.send(request(participant.url()))).toMatchObject({ kind: 'answer', status: 200 });
  });
});

describe('places', () => {
  test('where there is none, a request waits a moment, at most its timeout, and then it is busy', async () => {
    const participant = await stub(() => undefined);
    const out = outbound({ callsPerEndpoint: 1 });
    void out.send(request(participant.url()));
    const reply = await out.send(request(participant.url('/commit'), { timeoutMs: 30 }));
    const message = `waits for its turn at 127.0.0.1:${participant.port}`;
    expect(reply).toEqual({
      kind: 'notSent',
      code: 'busy',
      message,
      retryAfterMs: expect.any(Number) as number,
    });
  });

  test('a host that hangs is left with a few calls, however many paths it has', async () => {
    const participant = await stub(() => undefined);
    const out = outbound();
    const send = (nth: number) => out.send(request(participant.url(`/${nth}/prepare`), { timeoutMs: 1_100 }));
    const first = await Promise.all(Array.from({ length: 200 }, (_, nth) => send(nth)));
    expect(first.filter(reply => reply.kind === 'lost')).toHaveLength(16);
    expect(first.filter(reply => reply.kind === 'notSent' && reply.code === 'busy')).toHaveLength(184);
    const began = performance.now();
    const later = Array.from({ length: 100 }, (_, nth) => send(nth));
    const busy = await Promise.all(later.slice(8));
    expect(busy.every(reply => reply.kind === 'notSent' && reply.code === 'busy')).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(participant.requests.length).toBeLessThanOrEqual(24);
  });

  test('requests that fail at once, or that a client gave no time, say nothing of the host', async () => {
    const participant = await stub(() => undefined);
    const out = outbound();
    const send = (timeoutMs: number) => out.send(request(participant.url(), { timeoutMs }));
    for (let nth = 0; nth < 10; nth += 1) await Promise.all(Array.from({ length: 16 }, () => send(20)));
    const before = participant.requests.length;
    void Promise.all(Array.from({ length: 16 }, () => send(5_000)));
    await eventually(() => participant.requests.length >= before + 16);
  });

  test('no more connections are open than there are descriptors for, kept ones among them', async () => {
    const participants = [await answering(whole('200 OK')), await answering(whole('200 OK'))];
    const out = outbound({ connections: 1 });
    const [first, second] = participants.map(each => () => out.send(request(each.url())));
    expect(await first?.()).toMatchObject({ kind: 'answer' });
    await freed();
    expect(await second?.()).toMatchObject({
      kind: 'notSent',
      code: 'busy',
      retryAfterMs: expect.any(Number) as number,
    });
    expect(await first?.()).toMatchObject({ kind: 'answer' });
  });

  test('another endpoint of the same origin is not held up', async () => {
    const participant = await stub(socket => {
      if (participant.requests.at(-1)?.startsWith('POST /b/')) socket.write(whole('200 OK'));
    });
    const out = outbound({ callsPerEndpoint: 1 });
    void out.send(request(participant.url('/a/prepare')));
    expect(await out.send(request(participant.url('/b/prepare')))).toMatchObject({ kind: 'answer' });
  });

  test('a request that waited goes when one before it ends, however it ends', async () => {
    const participant = await stub((socket, nth) => {
      if (nth % 2 === 0) socket.write(whole('200 OK'));
    });
    const out = outbound({ callsPerEndpoint: 1 });
    const first = out.send(request(participant.url(), { timeoutMs: 50 }));
    const second = out.send(request(participant.url()));
    expect(await first).toMatchObject({ kind: 'lost', code: 'timeout' });
    expect(await second).toMatchObject({ kind: 'answer' });
  });

  test('one that could not be sent gives its place back', async () => {
    const out = outbound({ callsPerEndpoint: 1, lookup: () => Promise.reject(new Error('no resolver')) });
    for (const path of ['/prepare', '/commit', '/rollback']) {
      const reply = await out.send(request(`http://gone.test${path}`));
      expect(reply).toMatchObject({ kind: 'notSent', code: 'connection' });
    }
  });
});

describe('close', () => {
  test('ends what is under way: lost where it was sent', async () => {
    const participant = await stub(() => undefined);
    const out = outbound();
    const reply = out.send(request(participant.url()));
    await eventually(() => participant.requests.length === 1);
    await out.close();
    expect(await reply).toMatchObject({ kind: 'lost', code: 'cancelled' });
  });

  test('ends what is under way: not sent where it was not, and so is all that comes after', async () => {
    const out = outbound({ lookup: never });
    const reply = out.send(request('http://slow.test/prepare'));
    await turn();
    await out.close();
    expect(await reply).toMatchObject({ kind: 'notSent', code: 'cancelled' });
    expect(await out.send(request('http://slow.test/prepare'))).toMatchObject({
      kind: 'notSent',
      code: 'cancelled',
    });
  });
});

test('a port that nobody listens on any more is refused even after a kept connection', async () => {
  const participant = await stub(socket => socket.write(whole('200 OK'), () => socket.destroy()));
  const url = participant.url();
  const out = outbound();
  expect(await out.send(request(url))).toMatchObject({ kind: 'answer' });
  await participant.stop();
  expect(await out.send(request(url))).toMatchObject({ kind: 'notSent', code: 'connection' });
});

/** undici waits a turn before it uses a connection again. */
async function freed(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
