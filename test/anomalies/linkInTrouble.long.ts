/**
 * While the way from the API to Temporal is broken, however it is, every request is answered in time and by what is known: no error of
 * Temporal's passes for a bug (500), and nobody is told that nothing was started where something was (I10).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hang } from '../support/participants';
import { useLinkedApi } from '../support/partWorker';
import { readyAt } from '../support/processes';
import { eventually } from '../support/until';

const world = useLinkedApi();

interface Seen {
  readonly what: string;
  readonly status: number;
  readonly tookMs: number;
  readonly text: string;
  /** Of a start: its participant, which nobody else has. */
  readonly participant?: string;
}

type Send = (what: string, path: string, init?: { method: string; body?: unknown }) => Promise<Seen>;

const json = { 'content-type': 'application/json' };

const send: Send = async (what, path, { method, body } = { method: 'GET' }) => {
  const began = Date.now();
  const sent = body === undefined ? { method } : { method, headers: json, body: JSON.stringify(body) };
  const answer = await fetch(world.dtc.url + path, sent);
  const text = await answer.text();
  return { what, status: answer.status, tookMs: Date.now() - began, text };
};

let count = 0;
let mayStart: Promise<unknown> = Promise.resolve();

async function start(): Promise<Seen> {
  await mayStart;
  count += 1;
  const participant = `only${String(count)}`;
  const body = [world.participants.url(participant)];
  return { ...(await send('POST', '/transactions', { method: 'POST', body })), participant };
}

/** What is asked all the while, of a transaction that is pending; each again as soon as it is answered. */
function asked(id: string): (() => Promise<Seen>)[] {
  const at = `/transactions/${id}`;
  const post = (body: unknown): { method: string; body: unknown } => ({ method: 'POST', body });
  const forced = { participant: 'p1', outcome: 'unknown', reason: 'looked' };
  const lease = (): unknown => ({ resource: `${id}-${String(Math.random())}`, holder: 'h', ttlMs: 1000 });
  const retry = (): Promise<Seen> => send('retry', `${at}/retry`, post({}));
  return [
    ...[start, start, start, start],
    ...[retry, retry, retry],
    () => send('GET', at),
    () => send('readyz', '/readyz'),
    () => send('resolve', `${at}/resolve`, post(forced)),
    () => send('lock', '/locks', post(lease())),
    () => send('lock read', '/locks/some'),
    () => send('lock list', '/locks'),
    () => send('unlock', '/locks/some/h', { method: 'DELETE' }),
    () => send('orphans', '/orphans'),
    () => send('sweep', '/orphans/sweep', post({})),
  ];
}

const longestMs: Readonly<Record<string, number>> = { readyz: 1500, GET: 3000, POST: 9500 };
const anyMs = 12_000;
/** A start is at Temporal by then, and not answered yet. */
const handedOverAfterMs = 8;

const faults: Readonly<Record<string, () => unknown>> = {
  'is cut': () => {
    world.link.cut();
  },
  'is frozen': () => {
    world.link.freeze();
  },
  'swallows answers': () => {
    world.link.swallow();
  },
  refuses: () => world.link.refuse(),
  'is half closed': () => {
    world.link.halfClose();
  },
};

/** None of them waits for its turn in the coordinator when `then` happens, since all that came before is over. */
async function withStartsHandedOver(then: () => unknown): Promise<void> {
  let go = (): void => undefined;
  mayStart = new Promise<void>(resolve => (go = resolve));
  await sleep(1_500);
  go();
  await sleep(handedOverAfterMs);
  await then();
}

it.each(Object.keys(faults))('the link %s', async fault => {
  world.participants.on('thinks', r => (r.phase === 'prepare' ? hang : undefined));
  const { id } = await world.dtc.start({
    participants: [{ url: world.participants.url('thinks'), timeoutMs: 50_000 }],
  });
  const seen: Seen[] = [];
  let ends = false;
  const all = asked(id).map(async one => {
    while (!ends) {
      seen.push(await one());
      await sleep(20);
    }
  });
  await eventually(() => seen.length > 20);
  await withStartsHandedOver(() => faults[fault]?.());
  await sleep(7000);
  seen.push(await send('abort', `/transactions/${id}/abort`, { method: 'POST', body: {} }));
  ends = true;
  await Promise.all(all);
  world.link.mend();
  await readyAt(world.dtc.url);

  expect(seen.filter(({ status }) => status === 500)).toEqual([]);
  expect(seen.filter(({ what, tookMs }) => tookMs > (longestMs[what] ?? anyMs))).toEqual([]);
  const [notStarted, maybe] = ['engine-unavailable', 'start-unknown'].map(name =>
    seen.filter(({ what, text }) => what === 'POST' && text.includes(name)),
  ) as [Seen[], Seen[]];
  expect(maybe.length).toBeGreaterThan(0);
  expect(notStarted.length).toBeGreaterThan(0);
  await world.dtc.run([world.participants.url('after')]); // what was left on the way has arrived by now
  const heardOf = new Set(world.participants.received.map(({ name }) => name));
  expect(notStarted.filter(({ participant = '' }) => heardOf.has(participant))).toEqual([]);
});
