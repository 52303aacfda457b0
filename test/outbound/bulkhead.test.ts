import { type Admission, Bulkhead } from '../../src/outbound/bulkhead';

const idle = new AbortController().signal;
const long = 60_000;

test('lets in as many as its limit, for each endpoint', async () => {
  const bulkhead = new Bulkhead(2);
  expect(await bulkhead.enter('a', long, idle)).toBe('admitted');
  expect(await bulkhead.enter('a', long, idle)).toBe('admitted');
  expect(await bulkhead.enter('b', long, idle)).toBe('admitted');
  expect(await bulkhead.enter('a', 1, idle)).toBe('busy');
});

test('lets those who wait in by order of arrival, one for each that leaves', async () => {
  const bulkhead = new Bulkhead(1);
  await bulkhead.enter('a', long, idle);
  const order: string[] = [];
  const waiting = ['first', 'second', 'third'].map(name =>
    bulkhead.enter('a', long, idle).then(() => order.push(name)),
  );
  for (const [nth, one] of waiting.entries()) {
    bulkhead.leave('a');
    await one;
    expect(order).toHaveLength(nth + 1);
  }
  expect(order).toEqual(['first', 'second', 'third']);
});

test('nobody who comes later overtakes one who waits', async () => {
  const bulkhead = new Bulkhead(1);
  await bulkhead.enter('a', long, idle);
  const waiting = bulkhead.enter('a', long, idle);
  bulkhead.leave('a');
  expect(await bulkhead.enter('a', 1, idle)).toBe('busy');
  expect(await waiting).toBe('admitted');
});

test('who waits can be cancelled, and is then passed over', async () => {
  const bulkhead = new Bulkhead(1);
  const cancel = new AbortController();
  await bulkhead.enter('a', long, idle);
  const cancelled = bulkhead.enter('a', long, cancel.signal);
  const next = bulkhead.enter('a', long, idle);
  cancel.abort();
  expect(await cancelled).toBe('cancelled');
  bulkhead.leave('a');
  expect(await next).toBe('admitted');
});

test('who is cancelled already does not come in', async () => {
  const bulkhead = new Bulkhead(1);
  expect(await bulkhead.enter('a', long, AbortSignal.abort())).toBe('cancelled');
  expect(bulkhead.size).toBe(0);
});

test('remembers only endpoints with calls in flight', async () => {
  const bulkhead = new Bulkhead(1);
  const busy: Admission[] = [];
  for (const endpoint of ['a', 'b', 'c']) {
    await bulkhead.enter(endpoint, long, idle);
    busy.push(await bulkhead.enter(endpoint, 1, idle));
  }
  expect(busy).toEqual(['busy', 'busy', 'busy']);
  expect(bulkhead.size).toBe(3);
  for (const endpoint of ['a', 'b', 'c']) bulkhead.leave(endpoint);
  expect(bulkhead.size).toBe(0);
});
