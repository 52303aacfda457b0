/**
 * PROTOCOL §3, events: five hundred who watch one transaction cost Temporal at most a call a second, and hear the end together; two
 * thousand who come at once are all told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/until';
import { useWorld } from '../../support/world';
import { type Reader, readEvents } from '../eventsOf';
import { useHeardFrontEnd } from './frontEnd';

const slow = { retryInitialMs: 60_000, retryMaxMs: 60_000, attentionRetryMs: 60_000, completionAttempts: 2 };
const world = useWorld({ limits: slow });

const other = useHeardFrontEnd();
const { asked } = other;

const watch = (url: string, id: string): Promise<Reader> => readEvents(`${url}/transactions/${id}/events`);

it('gives each of two thousand who come at once the document, with room for a thousand', async () => {
  const { dtc, participants } = world;
  participants.on('gone', r => (r.phase === 'commit' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('a'), participants.url('gone')]);
  await dtc.until(id, d => d.participants[1]?.nextAttemptAt !== undefined);
  asked.length = 0;
  const readers = await Promise.all(Array.from({ length: 2_000 }, () => watch(other.url(), id)));
  expect(tally(readers.map(({ status }) => status))).toEqual({ 200: 2_000 });
  await eventually(() => readers.every(({ events }) => events.length === 1));
  const comeAgain = readers.filter(({ headers }) => headers['retry-after'] === '5');
  expect(comeAgain).toHaveLength(1_000);
  for (const reader of comeAgain) await reader.all();
  expect(comeAgain.every(reader => reader.over() === 'ended' && reader.text().includes('retry: 5000'))).toBe(
    true,
  );
  expect(asked.length).toBeLessThan(200); // one look after the other, and the rest shares it
  for (const reader of readers) reader.leave();
});

function tally(values: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

it('costs Temporal at most a call a second, however many watch, and the workflow is not asked', async () => {
  const { dtc, participants } = world;
  const many = 500;
  let isDown = true;
  participants.on('down', r => (r.phase === 'commit' && isDown ? 503 : undefined));
  const { id } = await dtc.start([participants.url('a'), participants.url('down')]);
  await dtc.until(id, d => d.participants[1]?.nextAttemptAt !== undefined);
  const readers = await Promise.all(Array.from({ length: many }, () => watch(other.url(), id)));
  await eventually(() => readers.every(({ events }) => events.length > 0));
  await sleep(2_500); // what the first of them asked is over
  asked.length = 0;
  await sleep(10_000);
  expect(asked.length).toBeLessThanOrEqual(10);
  expect(asked).toContain('DescribeWorkflowExecution');
  expect(asked).not.toContain('QueryWorkflow');
  expect(new Set(readers.map(({ events }) => events.length))).toEqual(new Set([1]));

  isDown = false;
  asked.length = 0;
  expect((await dtc.act(id, 'retry')).status).toBe(200);
  const told = await Promise.all(readers.map(reader => reader.all()));
  expect(new Set(told.map(each => each.at(-1)?.event))).toEqual(new Set(['end']));
  expect(new Set(told.map(each => JSON.stringify(each.slice(-2)))).size).toBe(1);
  expect(asked.length).toBeLessThan(15); // a look finds history grown, asks the workflow once, and the end tells itself
  await eventually(async () => {
    asked.length = 0;
    await sleep(1_300);
    return asked.length === 0; // nobody watches, nobody looks
  });
});
