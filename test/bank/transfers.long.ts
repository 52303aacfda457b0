/** A thousand transfers between two banks that are killed at random: no money is made, lost, or left half way. */
import { type Drill, expectBooksToBalance, killBanks, startDrill, transfer } from './support/drill';
import { seeded } from '../support/random';

let drill: Drill;
beforeAll(async () => {
  drill = await startDrill();
});
afterAll(() => drill.close());

it('moves no money that does not arrive in a thousand transfers, 20 in flight', async () => {
  const seed = Date.now() % 1_000_000;
  const random = seeded(seed);
  const killing = killBanks(drill, random, 1_500);
  const transfers = await Promise.race([
    transfer(drill, { count: 1_000, inFlight: 20, random }),
    killing.failed,
  ]);
  const kills = await killing.stop();
  const count = (status: string): number =>
    transfers.filter(({ document }) => document.status === status).length;
  console.log(
    `seed ${seed}: ${count('committed')} committed, ${count('rolledback')} rolled back, ${kills} kills of banks`,
  );
  await expectBooksToBalance(drill, transfers);
  expect(count('committed')).toBeGreaterThan(200);
  expect(transfers.some(({ document }) => document.reason?.code === 'refused')).toBe(true);
  expect(kills).toBeGreaterThan(10);
});
