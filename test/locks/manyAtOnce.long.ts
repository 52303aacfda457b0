/**
 * A transaction that acquires within its first task keeps a place for workflow tasks, and its locks need such places to answer. A few may at
 * once; more than a worker has places for still get their locks, and commit.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { useWorld } from '../support/world';
import { exclusive, expectEachInTurn, newResource } from './support';

const world = useWorld({ own: true });
const count = 100;
const patient = { timeoutMs: 240_000, lockTimeoutMs: 240_000 };

async function runAll(locksOf: (nth: number) => readonly string[]): Promise<TransactionDocument[]> {
  const { dtc, participants } = world;
  const all = Array.from({ length: count }, (_, nth) => nth);
  return Promise.all(
    all.map(async nth => {
      const urls = [participants.url(`p${String(nth % 4)}`)];
      const { id } = await dtc.start({ participants: urls, locks: locksOf(nth).map(exclusive), ...patient });
      return (await dtc.client.workflow.getHandle(id).result()) as TransactionDocument;
    }),
  );
}

const endings = (all: readonly TransactionDocument[]): string[] => [
  ...new Set(all.map(({ status, reason }) => [status, reason?.code, reason?.detail].join(' ').trim())),
];

it('commits a hundred at once with a lock of its own each', async () => {
  expect(endings(await runAll(nth => [newResource(`own${String(nth)}`)]))).toEqual(['committed']);
}, 300_000);

it('commits a hundred at once that want the same ten locks, two each', async () => {
  const shared = Array.from({ length: 10 }, (_, nth) => newResource(`shared${String(nth)}`));
  const pick = (nth: number): string => shared[nth % 10] ?? '';
  expect(endings(await runAll(nth => [pick(nth), pick(nth + 3)]))).toEqual(['committed']);
}, 300_000);

it('is leased to one of thirty that ask at once, and to each in turn', () => expectEachInTurn(world.dtc, 30));
