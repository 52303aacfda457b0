/** PROTOCOL §3, events over HTTP: what is told, when, with which ids; who is let in, who is cut off. */
import { type Server, createServer, get } from 'node:http';
import { type AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { EventStream } from '../../src/api/eventStream';
import { changesOf } from '../../src/protocol/client/changes';
import { eventually } from '../support/until';
import { type Reader, readEvents } from './eventsOf';
import { Harness, problem } from './harness';

const ended = {
  status: 'committed',
  state: 'committed',
  decision: 'commit',
  endedAt: '2025-01-01T00:00:01.000Z',
} as const;

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
  api.coordinator.add('testt1');
});
afterEach(() => api.close());

const path = '/transactions/testt1/events';
const watch = (headers?: Record<string, string>): Promise<Reader> =>
  readEvents(api.listening.url + path, headers);
const kinds = (reader: Reader): string[] => reader.events.map(({ event }) => event);

it('tells the document at once, at each change, and the end, then closes', async () => {
  const reader = await watch();
  expect(reader.status).toBe(200);
  expect(reader.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  await reader.atLeast(1);
  const [first] = reader.events;
  expect(first?.data).toEqual((await api.call('/transactions/testt1')).json);
  api.coordinator.set('testt1', { decideBy: '2025-01-01T00:02:00.000Z' }); // of which events do not tell
  api.coordinator.set('testt1', { state: 'committing', decision: 'commit' });
  await reader.atLeast(2);
  const participants = [{ name: 'p1', url: 'http://a/prepare', state: 'committed', attempts: 1 }] as const;
  api.coordinator.set('testt1', { ...ended, participants });
  const told = await reader.all();
  expect(reader.over()).toBe('ended');
  expect(told.map(({ event, data }) => [event, data['state'] ?? data['status']])).toEqual([
    ['transaction', 'preparing'],
    ['transaction', 'committing'],
    ['transaction', 'committed'],
    ['end', 'committed'],
  ]);
  expect(told.at(-1)?.data).toEqual({ id: 'testt1', status: 'committed' });
  const ids = told.map(({ id }) => Number(id));
  expect([...ids].sort((a, b) => a - b)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

describe('who comes again', () => {
  const now = (): number => changesOf(api.coordinator.set('testt1', {}).document);

  it('with the newest id is told the next change, not what it knows', async () => {
    const reader = await watch({ 'last-event-id': String(now()) });
    api.coordinator.set('testt1', { needsAttention: true });
    await reader.atLeast(1);
    expect(reader.events).toMatchObject([{ event: 'transaction', data: { needsAttention: true } }]);
  });

  it('with an older one is told how it is now, at once', async () => {
    const before = now();
    api.coordinator.set('testt1', { state: 'committing', decision: 'commit' });
    const reader = await watch({ 'last-event-id': String(before) });
    await reader.atLeast(1);
    expect(reader.events).toMatchObject([{ data: { state: 'committing' } }]);
  });

  it('is not told less than it knows because no worker answers yet', async () => {
    const { document } = api.coordinator.setPartial('testt1');
    const known = changesOf(document) + 4;
    const reader = await watch({ 'last-event-id': String(known) });
    const anew = await watch();
    await anew.atLeast(1);
    expect(reader.events).toEqual([]);
    api.coordinator.set('testt1', { state: 'committing', decision: 'commit' });
    await reader.atLeast(1);
    expect(reader.events).toMatchObject([{ data: { state: 'committing' } }]);
  });

  it('is not told less than on the same connection before, where a call that told the phase has ended', async () => {
    api.coordinator.setPartial('testt1', { state: 'committing', decision: 'commit' });
    const reader = await watch();
    await reader.atLeast(1);
    api.coordinator.setPartial('testt1', { state: 'preparing', decision: null });
    await (await watch()).atLeast(1); // by then the other has it too
    api.coordinator.set('testt1', ended);
    const states = (await reader.all()).map(({ data }) => data['state']);
    expect(states).toEqual(['committing', 'committed', undefined]);
  });

  it('is told less where a worker says so', async () => {
    const known = now() + 4;
    const reader = await watch({ 'last-event-id': String(known) });
    await reader.atLeast(1);
    expect(reader.events).toMatchObject([{ data: { state: 'preparing' } }]);
  });

  it('is told nothing twice where a worker answers with what was told without one', async () => {
    api.coordinator.setPartial('testt1');
    const reader = await watch();
    await reader.atLeast(1);
    api.coordinator.set('testt1', {});
    api.coordinator.set('testt1', ended);
    const states = (await reader.all()).map(({ data }) => data['state']);
    expect(states).toEqual(['preparing', 'committed', undefined]);
  });

  it('is told of an end that it missed, and after it nothing: 204, which browsers do not repeat', async () => {
    api.coordinator.set('testt1', ended);
    const missed = await watch({ 'last-event-id': String(now()) });
    const [end] = await missed.all();
    expect(kinds(missed)).toEqual(['end']);
    expect(end?.id).toBe(String(now() + 1));
    expect((await watch({ 'last-event-id': String(now() + 1) })).status).toBe(204);
  });

  it.each(['x', '-1', '1.5', '1'.repeat(10)])('with %s has not been here: 400', async id => {
    const answer = await api.call(path, { headers: { 'last-event-id': id } });
    expect(answer).toEqual(problem('invalid-request', 400));
    expect(answer.json['errors']).toMatchObject([{ header: 'Last-Event-ID', value: id }]);
  });
});

it('is the same as GET where there is nothing to tell', async () => {
  expect(await api.call('/transactions/testt2/events')).toEqual(problem('unknown-transaction', 404));
  const answer = await api.call(path, { method: 'POST' });
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
  const head = await api.call(path, { method: 'HEAD' });
  expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
});

it('shows a client nothing of another', async () => {
  await api.close();
  const token = '0123456789abcdef';
  api = await Harness.start({ DTC_API_TOKENS: `alice:client:${token},bob:client:${token}b` });
  api.coordinator.add('testt1', 'alice', 'alice');
  const as = (token: string): Promise<Reader> => watch({ authorization: `Bearer ${token}` });
  const [alice, bob] = [await as(token), await as(`${token}b`)];
  expect([alice.status, bob.status, (await watch()).status]).toEqual([200, 404, 401]);
  alice.leave();
  await eventually(() => api.coordinator.waits === 0);
});

it('ends in order when the server stops, and takes nobody in any more for long', async () => {
  const reader = await watch();
  await reader.atLeast(1);
  api.stopping.abort();
  await reader.all(2_000);
  expect([reader.over(), kinds(reader)]).toEqual(['ended', ['transaction']]);
  const late = await watch();
  await late.all(2_000);
  expect([late.over(), kinds(late)]).toEqual(['ended', ['transaction']]);
});

it('has one place among those who wait, and where there is none is told once, and when to come again', async () => {
  await api.close();
  api = await Harness.start({ DTC_MAX_WAITING: '1' });
  api.coordinator.add('testt1');
  const first = await watch();
  await first.atLeast(1);
  const second = await watch();
  await second.all();
  expect(second.headers['retry-after']).toBe('5');
  expect([second.over(), kinds(second)]).toEqual(['ended', ['transaction']]);
  expect(second.text()).toContain('retry: 5000\n');
  const answer = await api.call('/transactions/testt1', { headers: { prefer: 'wait=20' } });
  expect(answer.headers['retry-after']).toBe('1');
  first.leave();
  await eventually(() => api.coordinator.waits === 0);
  const third = await watch();
  await third.atLeast(1);
  expect(third.headers['retry-after']).toBeUndefined();
});

it('does not tell who comes again what it knows where there is no room to wait either, but what is new', async () => {
  await api.close();
  api = await Harness.start({ DTC_MAX_WAITING: '1' });
  api.coordinator.add('testt1');
  await (await watch()).atLeast(1);
  const newest = changesOf(api.coordinator.set('testt1', {}).document);
  const again = await watch({ 'last-event-id': String(newest) });
  await again.all();
  expect([again.over(), kinds(again), again.headers['retry-after']]).toEqual(['ended', [], '5']);
  expect(again.text()).toContain('retry: 5000\n');
  api.coordinator.set('testt1', { state: 'committing', decision: 'commit' });
  const later = await watch({ 'last-event-id': String(newest) });
  expect((await later.all()).map(({ data }) => data['state'])).toEqual(['committing']);
});

it('says 204 to who has had the end also where there is no room to wait', async () => {
  await api.close();
  api = await Harness.start({ DTC_MAX_WAITING: '1' });
  api.coordinator.add('testt1');
  api.coordinator.add('testt2');
  const waiting = await readEvents(`${api.listening.url}/transactions/testt2/events`);
  await waiting.atLeast(1);
  const end = changesOf(api.coordinator.set('testt1', ended).document) + 1;
  const missed = await watch({ 'last-event-id': String(end - 1) });
  await missed.all();
  expect([missed.status, kinds(missed)]).toEqual([200, ['end']]);
  expect((await watch({ 'last-event-id': String(end) })).status).toBe(204);
});

it('escapes what a terminal would obey', async () => {
  api.coordinator.set('testt1', { labels: { note: '\u001b[2J\u2028' } });
  const reader = await watch();
  const [told] = await reader.atLeast(1);
  for (const unseen of ['\u001b', '\u2028']) expect(reader.text()).not.toContain(unseen);
  expect(told?.data['labels']).toEqual({ note: '\u001b[2J\u2028' });
});

describe('a stream', () => {
  let server: Server;
  let stream: EventStream | undefined;
  const times = { beatMs: 20, patienceMs: 200, longestMs: 60_000 };
  const serve = async (
    own: Partial<typeof times> = {},
    begin: (response: Response, open: () => EventStream) => void = (_response, open) => open(),
  ): Promise<string> => {
    const app = express();
    app.get('/', (_request, response) => {
      begin(response, () => (stream = new EventStream(response, { ...times, ...own })));
    });
    server = createServer(app);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    stream = undefined;
  });

  it('has a comment where nothing happens, so that no proxy takes it for dead', async () => {
    const reader = await readEvents(await serve());
    await eventually(() => reader.text().startsWith(':\n\n:\n\n'));
    expect(reader.events).toEqual([]);
  });

  it('is cut off where nobody reads, and keeps nothing for them meanwhile', async () => {
    const reader = await readEvents(await serve());
    reader.pause();
    const data = 'x'.repeat(1_000_000);
    let sent = 0;
    while ((await stream?.send({ event: 'transaction', id: '1', data })) === true) sent += 1;
    expect(sent).toBeLessThan(20); // what fits into the buffers of two sockets
    reader.resume();
    await reader.all();
    expect(reader.over()).toBe('cut');
  });

  it('waits for a reader who is slow', async () => {
    const reader = await readEvents(await serve({ patienceMs: 10_000 }));
    reader.pause();
    const data = 'x'.repeat(8_000_000);
    const sending = stream?.send({ event: 'transaction', id: '1', data });
    setTimeout(() => {
      reader.resume();
    }, 100);
    expect(await sending).toBe(true);
    await reader.atLeast(1);
  });

  it('is cut off after its end too where nobody reads, and nothing is written to it', async () => {
    const errors: Error[] = [];
    let answer: Response | undefined;
    const url = await serve({}, (response, open) => {
      answer = response.on('error', error => errors.push(error));
      const opened = open();
      response.write('x'.repeat(20_000_000));
      opened.end();
    });
    const reader = await readEvents(url);
    reader.pause();
    await eventually(() => answer?.closed === true);
    expect(errors).toEqual([]);
    reader.resume();
    await reader.all();
    expect(reader.over()).toBe('cut');
  });

  it('is not kept going for who had gone before it began', async () => {
    const writes: jest.SpyInstance[] = [];
    let hasCome = false;
    const url = await serve({}, (response, open) => {
      if (hasCome) {
        open();
        return;
      }
      hasCome = true;
      response.once('close', () => {
        writes.push(jest.spyOn(response, 'write'));
        open();
      });
    });
    const gone = get(url, { agent: false }).on('error', () => undefined);
    await eventually(() => hasCome);
    gone.destroy();
    await eventually(() => writes.length === 1);
    const another = await readEvents(url);
    await eventually(() => another.text().length >= 9); // by then it would have had three comments itself
    expect(writes.map(each => each.mock.calls.length)).toEqual([0]);
    another.leave();
  });

  it('ends after the longest time, in order', async () => {
    const reader = await readEvents(await serve({ longestMs: 50 }));
    await reader.all(5_000);
    expect(reader.over()).toBe('ended');
  });
});
