import { Turns } from '../../../src/outbound/limits/turns';

const at = (now: number, by?: number) => ({ now, random: 0, by });

/** When each of so many comes again. */
const turnsOf = (turns: Turns, host: string, count: number): number[] =>
  Array.from({ length: count }, () => turns.delayMs(host, at(0)));

test('a few who wait for one host come in order, half a second apart or a little less', () => {
  const turns = turnsOf(new Turns(), 'a', 20);
  const spaces = turns.map((turn, nth) => turn - (turns[nth - 1] ?? 0));
  expect(spaces[0]).toBe(500);
  expect(spaces).toEqual([...spaces].sort((a, b) => b - a));
  expect(spaces.at(-1)).toBeGreaterThan(300);
});

test('the more wait, the nearer they come, down to their share of what all may have in a second', () => {
  const turns = turnsOf(new Turns(), 'a', 1_000);
  expect((turns.at(-1) ?? 0) - (turns.at(-26) ?? 0)).toBe(1_000);
});

test('a thousand who wait have all had a turn within a minute', () => {
  expect(Math.max(...turnsOf(new Turns(), 'a', 1_000))).toBeLessThanOrEqual(60_000);
});

test('a host with few is not behind one with many, and all together have their share', () => {
  const turns = new Turns();
  turnsOf(turns, 'a', 10_000);
  expect(turns.delayMs('b', at(0))).toBe(500);
  const ofB = turnsOf(turns, 'b', 1_000);
  expect((ofB.at(-1) ?? 0) - (ofB.at(-2) ?? 0)).toBe(80);
});

test('a host that answers does not share with those that hang', () => {
  const turns = new Turns();
  for (const host of ['a', 'b', 'c']) turns.delayMs(host, at(0));
  expect(turns.delayMs('well', { ...at(0), isWell: true })).toBe(40);
});

test('turns that have passed are forgotten', () => {
  const turns = new Turns();
  turnsOf(turns, 'a', 10);
  expect(turns.delayMs('b', at(5_000))).toBe(500);
  expect(turns.size).toBe(1);
});

test('no turn is kept free for one that would come too late', () => {
  const turns = new Turns();
  const last = turnsOf(turns, 'a', 10).at(-1) ?? 0;
  const next = turns.delayMs('a', at(0, last + 1));
  expect(next).toBeGreaterThan(last + 1);
  for (let nth = 0; nth < 100; nth += 1) expect(turns.delayMs('a', at(0, last + 1))).toBe(next);
});

test('it is jittered within the space before the next', () => {
  expect(new Turns().delayMs('a', { now: 0, random: 0.5 })).toBe(750);
});

test('who is called back has turns four times as far apart at most, and nearer only where many wait', () => {
  const turns = new Turns();
  const ofMany = Array.from({ length: 1_000 }, () => turns.delayMs('a', { ...at(0), isCalled: true }));
  expect(ofMany[0]).toBe(500);
  expect((ofMany.at(-1) ?? 0) - (ofMany.at(-2) ?? 0)).toBe(160);
  expect(Math.max(...ofMany)).toBeLessThanOrEqual(240_000);
});
