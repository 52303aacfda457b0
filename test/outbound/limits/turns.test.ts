import { Turns } from '../../../src/outbound/limits/turns';

const at = (now: number, by?: number) => ({ now, random: 0, by });

/** When each of so many comes again. */
const turnsOf = (turns: Turns, host: string, count: number): number[] =>
  Array.from({ length: count }, () => turns.delayMs(host, at(0)));

test('those who wait for one host come in order, evenly spaced', () => {
  expect(turnsOf(new Turns(), 'a', 4)).toEqual([40, 80, 120, 160]);
});

test('a thousand who wait have all had a turn within a minute', () => {
  expect(Math.max(...turnsOf(new Turns(), 'a', 1_000))).toBeLessThanOrEqual(60_000);
});

test('a host with few is not behind one with many, and all together have their share', () => {
  const turns = new Turns();
  turnsOf(turns, 'a', 10_000);
  expect(turnsOf(turns, 'b', 2)).toEqual([80, 160]);
  expect(turns.delayMs('c', at(0))).toBe(120);
});

test('a host that answers does not share with those that hang', () => {
  const turns = new Turns();
  for (const host of ['a', 'b', 'c']) turns.delayMs(host, at(0));
  expect(turns.delayMs('well', { ...at(0), isWell: true })).toBe(40);
});

test('turns that have passed are forgotten', () => {
  const turns = new Turns();
  turnsOf(turns, 'a', 10);
  expect(turns.delayMs('b', at(400))).toBe(40);
  expect(turns.size).toBe(1);
});

test('no turn is kept free for one that would come too late', () => {
  const turns = new Turns();
  turnsOf(turns, 'a', 10);
  for (let nth = 0; nth < 100; nth += 1) expect(turns.delayMs('a', at(0, 420))).toBe(440);
  expect(turns.delayMs('a', at(0))).toBe(440);
});

test('it is jittered within the space before the next', () => {
  expect(new Turns().delayMs('a', { now: 0, random: 0.5 })).toBe(60);
});
