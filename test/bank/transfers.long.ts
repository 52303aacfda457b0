/**
 * Transfers between two banks that are killed at random: no money is made, lost, or left half way. BANK_TRANSFERS of them, 300 unless set:
 * some thirty kills of banks; a release is tried with a thousand (CONTRIBUTING.md).
 */
import { type Drill, expectBooksToBalance, killBanks, startDrill, transfer } from './support/drill';
import { seeded } from '../support/random';

let drill: Drill;
beforeAll(async () => {
  drill = await startDrill();
});
afterAll(() => drill.close());

const count = Number(process.env['BANK_TRANSFERS'] ?? 300);

it('moves no money that does not arrive, 20 transfers in flight', async () => {
  const seed = Date.now() % 1_000_000;
  const random = seeded(seed);
  const killing = killBanks(drill, random, 1_500);
  const transfers = await Promise.race([transfer(drill, { count, inFlight: 20, random }), killing.failed]);
  const kills = await killing.stop();
  const ended = (status: string): number =>
    transfers.filter(({ document }) => document.status === status).length;
  console.log(
    `seed ${seed}: ${ended('committed')} committed, ${ended('rolledback')} rolled back, ${kills} kills of banks`,
  );
  await expectBooksToBalance(drill, transfers);
  expect(ended('committed')).toBeGreaterThan(count / 5);
  expect(transfers.some(({ document }) => document.reason?.code === 'refused')).toBe(true);
  expect(kills).toBeGreaterThan(count / 100);
});
