import { AdaptiveLimit, hostRules } from '../../../src/outbound/limits/adaptiveLimit';

const rules = { ...hostRules, initial: 64 };

function times(count: number, what: () => void): void {
  for (let nth = 0; nth < count; nth += 1) what();
}

/** Calls in flight as many as allowed; every `nth` goes unanswered, all else is answered. */
function limitAfter(calls: number, everyNth: number): number {
  const limit = new AdaptiveLimit(rules);
  for (let nth = 1; nth <= calls; nth += 1)
    if (nth % everyNth === 0) limit.unanswered();
    else limit.answered(limit.now);
  return limit.now;
}

test('a host that hangs has a handful of calls in flight before its first ones have all timed out', () => {
  const limit = new AdaptiveLimit(rules);
  times(64, () => {
    limit.unanswered();
  });
  expect(limit.now).toBe(4);
  expect(limit.isInTrouble).toBe(true);
});

test('a host that answers has hundreds, and no more than are used', () => {
  const busy = new AdaptiveLimit(rules);
  times(1_000, () => {
    busy.answered(busy.now);
  });
  expect(busy.now).toBe(512);
  const idle = new AdaptiveLimit(rules);
  times(1_000, () => {
    idle.answered(3);
  });
  expect(idle.now).toBe(64);
});

test('a host that comes back is let go within as many answers as it had places', () => {
  const limit = new AdaptiveLimit(rules);
  times(64, () => {
    limit.unanswered();
  });
  let answers = 0;
  for (; limit.now < 64; answers += 1) limit.answered(limit.now);
  expect(answers).toBeLessThanOrEqual(64);
  expect(limit.isInTrouble).toBe(false);
});

test.each([
  [100, 400],
  [10, 40],
  [2, 4],
])('a host that leaves one of %i calls unanswered keeps %i places or more', (everyNth, places) => {
  expect(limitAfter(10_000, everyNth)).toBeGreaterThanOrEqual(places);
});

test('an answer that came late takes back what its delay had cost', () => {
  const limit = new AdaptiveLimit(rules);
  times(5, () => {
    limit.unanswered();
  });
  expect(limit.now).toBeLessThan(40);
  times(5, () => {
    limit.answeredLate();
  });
  expect(limit.now).toBeGreaterThanOrEqual(64);
});
