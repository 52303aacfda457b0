/** The plan of a run: the same for the same seed, every kind once before any comes again, and nothing beyond the end. */
import { type Planned, schedule } from '../../chaos/nemesis/schedule';
import { seeded } from '../../src/testing/random';

const kinds = ['kill', 'freeze', 'cut'].map(fault => ({
  fault,
  targets: [`${fault} 1`, `${fault} 2`],
  longestMs: 4_000,
}));
const plan = (seed: number, forMs = 60_000): Planned[] =>
  schedule(kinds, { random: seeded(seed), forMs, everyMs: 1_000 });

it('is the same for the same seed, and another for another', () => {
  expect(plan(4)).toEqual(plan(4));
  expect(plan(5)).not.toEqual(plan(4));
});

it('has every kind once before any comes again', () => {
  const faults = plan(4).map(({ fault }) => fault);
  for (let at = 0; at + kinds.length <= faults.length; at += kinds.length)
    expect(new Set(faults.slice(at, at + kinds.length)).size).toBe(kinds.length);
  expect(faults.length).toBeGreaterThan(10 * kinds.length);
});

it('takes each target of a kind in its turn of chance', () => {
  const targets = new Set(plan(4).map(({ target }) => target));
  expect(targets).toEqual(new Set(kinds.flatMap(each => each.targets)));
});

it('begins and ends each within the time, in order, numbered from one', () => {
  const planned = plan(4, 20_000);
  expect(planned.map(({ nth }) => nth)).toEqual(planned.map((_, at) => at + 1));
  expect(planned.map(({ atMs }) => atMs)).toEqual(planned.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  for (const { atMs, forMs } of planned) {
    expect(atMs + forMs).toBeLessThanOrEqual(20_001); // each is rounded
    expect(forMs).toBeLessThanOrEqual(4_000);
  }
});

it('is empty where there is no kind, or no time', () => {
  expect(schedule([], { random: seeded(1), forMs: 60_000, everyMs: 1_000 })).toEqual([]);
  expect(plan(1, 500)).toEqual([]);
});
