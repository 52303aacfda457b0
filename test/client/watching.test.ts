/** Watching over connections that end in every way (PROTOCOL §3, events): a server tells as scripted, and hears where it goes on from. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from '../../src/client/http';
import { watch } from '../../src/client/watch';
import { committed, json, problem, type Scripted, type ScriptedAnswer, startScripted } from './scripted';

const { id } = committed;
const at = (state: string): object => ({ ...committed, endedAt: undefined, status: 'pending', state });

function event(number: number, data: object, name = 'transaction'): string {
  return `event: ${name}\nid: ${number}\ndata: ${JSON.stringify(data)}\n\n`;
}
const end = event(9, { id, status: 'committed' }, 'end');

/** @param then how the stream goes on: `open` says nothing more */
function stream(text: string, then: 'ends' | 'cut' | 'open' = 'ends'): ScriptedAnswer {
  return response => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(text, () => {
      if (then === 'ends') response.end();
      if (then === 'cut') response.socket?.destroy();
    });
  };
}

let server: Scripted;
afterEach(() => server.close());

interface Watched {
  readonly states: string[];
  /** With which each connection began. */
  readonly lastIds: (string | string[] | undefined)[];
}

async function watched(answers: readonly ScriptedAnswer[], timeoutMs = 5_000): Promise<Watched> {
  server = await startScripted(...answers);
  const calls = { http: createHttp({ url: server.url }), timeoutMs };
  const states: string[] = [];
  for await (const { state } of watch(calls, id, {}, { openMs: 300, silentMs: 300 })) states.push(state);
  return { states, lastIds: server.heard.map(({ headers }) => headers['last-event-id']) };
}

it.each(['ends', 'cut', 'open'] as const)(
  'goes on from the event that came last where the stream %s',
  async then => {
    const first = stream(event(1, at('preparing')) + event(3, at('committing')), then);
    const { states, lastIds } = await watched([first, stream(event(8, committed) + end)]);
    expect(states).toEqual(['preparing', 'committing', 'committed']);
    expect(lastIds).toEqual([undefined, '3']);
  },
);

it('tells once what a server without room tells to each connection', async () => {
  const full = stream(`retry: 20\n\n${event(3, at('committing'))}`);
  const { states, lastIds } = await watched([full, full, full, stream(event(8, committed) + end)]);
  expect(states).toEqual(['committing', 'committed']);
  expect(lastIds).toEqual([undefined, '3', '3', '3']);
});

it('takes half an event that was cut off for none', async () => {
  const half = event(8, committed).slice(0, 60);
  const { states, lastIds } = await watched([
    stream(event(3, at('committing')) + half, 'cut'),
    stream(event(8, committed) + end),
  ]);
  expect(states).toEqual(['committing', 'committed']);
  expect(lastIds).toEqual([undefined, '3']);
});

it('ends where it has had everything', async () => {
  const { states } = await watched([
    stream(event(8, committed), 'cut'),
    response => response.writeHead(204).end(),
  ]);
  expect(states).toEqual(['committed']);
});

it('comes again after a while where nothing is there for the moment', async () => {
  const { states } = await watched([
    problem(503, 'engine-unavailable'),
    () => undefined, // no answer begins
    stream('', 'open'), // nothing comes
    stream(event(8, committed) + end),
  ]);
  expect(states).toEqual(['committed']);
});

it('counts as out of reach nothing of the time in which there was nothing to tell', async () => {
  const quiet: ScriptedAnswer = async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (let comments = 0; comments < 6; comments += 1) {
      response.write(':\n\n');
      await sleep(100);
    }
    response.socket?.destroy();
  };
  const unavailable = problem(503, 'engine-unavailable');
  const { states } = await watched([unavailable, quiet, stream(event(8, committed) + end)], 500);
  expect(states).toEqual(['committed']);
});

it('gives up once nothing has been there for too long in a row', async () => {
  await expect(watched([problem(503, 'engine-unavailable')], 400)).rejects.toMatchObject({
    name: 'Unavailable',
  });
});

it('is not patient with what does not pass', async () => {
  await expect(watched([problem(410, 'expired-transaction')])).rejects.toMatchObject({
    name: 'ExpiredTransaction',
  });
  await server.close();
  await expect(watched([json(200, committed)])).rejects.toMatchObject({ name: 'UnexpectedAnswer' });
});

it.each([
  ['is not JSON', 'event: transaction\nid: 3\ndata: {"id":\n\n'],
  ['is another one’s', event(3, { ...committed, id: 'abct2' })],
])('says of an event whose document %s that no coordinator sent it', async (_, text) => {
  await expect(watched([stream(text)])).rejects.toMatchObject({ name: 'UnexpectedAnswer' });
});
