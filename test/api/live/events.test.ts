/** PROTOCOL §3, events on a real Temporal server: told as it happens, the same in every process, and at a cost that does not grow. */
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/until';
import { useWorld } from '../../support/world';
import { type Reader, type Told, readEvents } from '../eventsOf';
import { useHeardFrontEnd } from './frontEnd';

const slow = { retryInitialMs: 60_000, retryMaxMs: 60_000, attentionRetryMs: 60_000, completionAttempts: 2 };
const world = useWorld({ limits: slow });

const other = useHeardFrontEnd();
const { asked } = other;
const full = useHeardFrontEnd({ DTC_MAX_WAITING: '1' });

const watch = (url: string, id: string, headers?: Record<string, string>): Promise<Reader> =>
  readEvents(`${url}/transactions/${id}/events`, headers);
const states = (events: readonly Told[]): unknown[] =>
  events.map(({ event, data }) => [event, data['state']]);
const ids = (events: readonly Told[]): number[] => events.map(({ id }) => Number(id));

/** A participant whose answers to commit wait. */
function lateCommit(name: string): { isReached: () => boolean; answer: (status: number) => void } {
  const waiting: ServerResponse[] = [];
  world.participants.on(name, r =>
    r.phase === 'commit' ? (response: ServerResponse) => waiting.push(response) : undefined,
  );
  return {
    isReached: () => waiting.length > 0,
    answer: status => {
      for (const response of waiting.splice(0)) response.writeHead(status).end('{}');
    },
  };
}

it('tells of each change until the end, and two processes with the same ids', async () => {
  const { dtc, participants } = world;
  const commit = lateCommit('late');
  const late = { url: participants.url('late'), timeoutMs: 20_000 };
  const { id } = await dtc.start({ participants: [participants.url('a'), late] });
  await eventually(commit.isReached);
  const readers = await Promise.all([watch(dtc.url, id), watch(other.url(), id)]);
  for (const reader of readers)
    await eventually(() =>
      JSON.stringify(reader.events.at(-1)?.data ?? {}).includes('"state":"committed","vote":"yes"'),
    );
  commit.answer(200);
  const [here, there] = await Promise.all(readers.map(reader => reader.all()));
  expect(states(here ?? []).at(0)).toEqual(['transaction', 'committing']);
  expect(states(here ?? []).slice(-2)).toEqual([
    ['transaction', 'committed'],
    ['end', undefined],
  ]);
  expect(here?.slice(-2)).toEqual(there?.slice(-2));
  for (const told of [here ?? [], there ?? []]) {
    expect(ids(told)).toEqual([...new Set(ids(told))].sort((a, b) => a - b));
    expect(told.at(-2)?.data).toEqual(await dtc.get(id));
  }
  const again = await watch(other.url(), id, { 'last-event-id': here?.at(-2)?.id ?? '' });
  expect((await again.all()).map(({ event }) => event)).toEqual(['end']);
  expect((await watch(other.url(), id, { 'last-event-id': here?.at(-1)?.id ?? '' })).status).toBe(204);
});

it('shares what it asks of Temporal among all who watch', async () => {
  const { dtc, participants } = world;
  participants.on('down', r => (r.phase === 'commit' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('down')]);
  await dtc.until(id, d => d.participants[0]?.nextAttemptAt !== undefined);
  const readers = await Promise.all(Array.from({ length: 50 }, () => watch(other.url(), id)));
  await eventually(() => readers.every(({ events }) => events.length > 0));
  asked.length = 0;
  await sleep(2_000); // each by itself would have looked once or twice
  expect(asked.length).toBeLessThanOrEqual(3);
  for (const reader of readers) reader.leave();
});

it('shares it among all who find no room to wait, too', async () => {
  const { dtc, participants } = world;
  participants.on('away', r => (r.phase === 'commit' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('away')]);
  await dtc.until(id, d => d.participants[0]?.nextAttemptAt !== undefined);
  const first = await watch(full.url(), id);
  full.asked.length = 0;
  const readers = await Promise.all(Array.from({ length: 100 }, () => watch(full.url(), id)));
  for (const reader of readers) expect(states(await reader.all())).toEqual([['transaction', 'committing']]);
  expect(new Set(readers.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['5']));
  expect(full.asked.length).toBeLessThan(40); // each by itself would have asked twice
  first.leave();
});

it('goes on over a run that is ended from outside and taken up again', async () => {
  const { dtc, participants } = world;
  let isDown = true;
  participants.on('off', r => (r.phase === 'commit' && isDown ? 503 : undefined));
  const { id } = await dtc.start([participants.url('off')]);
  await dtc.until(id, d => d.participants[0]?.nextAttemptAt !== undefined);
  const reader = await watch(dtc.url, id);
  await reader.atLeast(1);
  await dtc.client.workflow.getHandle(id).terminate('tried');
  await reader.atLeast(2);
  expect(states(reader.events)).toEqual([
    ['transaction', 'committing'],
    ['transaction', 'interrupted'],
  ]);
  isDown = false;
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const told = await reader.all();
  expect(states(told).slice(-2)).toEqual([
    ['transaction', 'committed'],
    ['end', undefined],
  ]);
  expect(ids(told)).toEqual([...new Set(ids(told))].sort((a, b) => a - b));
});
