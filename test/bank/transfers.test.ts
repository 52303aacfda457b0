/** A short run of the drill; transfers.long.ts has the thousand. */
import { type Drill, expectBooksToBalance, killBanks, startDrill, transfer } from './support/drill';
import { seeded } from '../support/random';

let drill: Drill;
beforeAll(async () => {
  drill = await startDrill();
});
afterAll(() => drill.close());

it('moves no money that does not arrive, while the banks are killed', async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const killing = killBanks(drill, random, 2_000);
  const transfers = await Promise.race([
    transfer(drill, { count: 40, inFlight: 20, random }),
    killing.failed,
  ]);
  expect(await killing.stop()).toBeGreaterThan(0);
  await expectBooksToBalance(drill, transfers);
  expect(new Set(transfers.map(({ document }) => document.status)).has('committed')).toBe(true);
}, 240_000);
