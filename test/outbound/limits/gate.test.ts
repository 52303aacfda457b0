/** Who may send now: places at endpoint, host and in all; who waits, and who is busy at once (I9). */
import { type Admission, Gate, type GateOptions } from '../../../src/outbound/limits/gate';

const idle = new AbortController().signal;
const plenty = { initial: 1_000, least: 1, most: 1_000 };
const longest: GateOptions = {
  perEndpoint: 1_000,
  perHost: plenty,
  inAll: 1_000,
  slowInAll: 1_000,
  patienceMs: 60_000,
  callsBack: () => false,
};

const gateOf = (options: Partial<GateOptions>): Gate => new Gate({ ...longest, ...options });
const at = (endpoint: string, host = 'h:80') => ({ host, endpoint });

/** Whether there is a place at this moment. */
async function enters(gate: Gate, to: ReturnType<typeof at>): Promise<boolean> {
  const admission = await gate.enter(to, idle, 0);
  return admission === 'admitted';
}

test('there are so many places at an endpoint, at a host, and in all', async () => {
  const perEndpoint = gateOf({ perEndpoint: 2 });
  expect([await enters(perEndpoint, at('a')), await enters(perEndpoint, at('a'))]).toEqual([true, true]);
  expect([await enters(perEndpoint, at('a')), await enters(perEndpoint, at('b'))]).toEqual([false, true]);

  const perHost = gateOf({ perHost: { ...plenty, initial: 2 } });
  expect([await enters(perHost, at('a')), await enters(perHost, at('b'))]).toEqual([true, true]);
  expect([await enters(perHost, at('c')), await enters(perHost, at('c', 'h:81'))]).toEqual([false, true]);

  const inAll = gateOf({ inAll: 2 });
  expect([await enters(inAll, at('a')), await enters(inAll, at('a', 'i:80'))]).toEqual([true, true]);
  expect(await enters(inAll, at('a', 'j:80'))).toBe(false);
});

test('those who wait at a host that answers come in by order of arrival, one for each that leaves', async () => {
  const gate = gateOf({ perEndpoint: 1 });
  await gate.enter(at('a'), idle);
  const order: string[] = [];
  const waiting = ['first', 'second', 'third'].map(name =>
    gate.enter(at('a'), idle).then(() => order.push(name)),
  );
  for (const [nth, one] of waiting.entries()) {
    gate.leave(at('a'));
    await one;
    expect(order).toHaveLength(nth + 1);
  }
  expect(order).toEqual(['first', 'second', 'third']);
});

test('nobody who comes later overtakes one who waits', async () => {
  const gate = gateOf({ perEndpoint: 1 });
  await gate.enter(at('a'), idle);
  const waiting = gate.enter(at('a'), idle);
  gate.leave(at('a'));
  expect(await enters(gate, at('a'))).toBe(false);
  expect(await waiting).toBe('admitted');
});

test('one whose endpoint is full does not hold up others of its host', async () => {
  const gate = gateOf({ perEndpoint: 1, perHost: { ...plenty, initial: 2 } });
  await gate.enter(at('a'), idle);
  await gate.enter(at('b'), idle);
  const full = gate.enter(at('a'), idle, 50);
  const next = gate.enter(at('c'), idle);
  gate.leave(at('b'));
  expect(await next).toBe('admitted');
  expect(await full).toBe('busy');
});

test('nobody waits longer than its patience', async () => {
  const gate = gateOf({ perEndpoint: 1, patienceMs: 20 });
  await gate.enter(at('a'), idle);
  expect(await gate.enter(at('a'), idle)).toBe('busy');
});

test('nobody waits at a host in trouble, until it answers again', async () => {
  const gate = gateOf({ perHost: { initial: 8, least: 1, most: 100 } });
  const admissions: Admission[] = [];
  for (let nth = 0; nth < 8; nth += 1) admissions.push(await gate.enter(at('a'), idle));
  expect(new Set(admissions)).toEqual(new Set(['admitted']));
  for (let nth = 0; nth < 8; nth += 1) gate.unanswered(at('a'));
  expect(await gate.enter(at('a'), idle)).toBe('busy');
  for (let nth = 0; nth < 2; nth += 1) gate.answered(at('a'), false);
  const waits = gate.enter(at('a'), idle);
  for (let nth = 0; nth < 5; nth += 1) gate.leave(at('a'));
  expect(await waits).toBe('admitted');
});

test('while many calls are slow, hosts that are slow themselves get no more of them', async () => {
  const gate = gateOf({ slowInAll: 2 });
  for (const to of [at('a'), at('a'), at('a', 'i:80')]) expect(await enters(gate, to)).toBe(true);
  gate.isSlow(at('a'));
  gate.isSlow(at('a'));
  expect(await enters(gate, at('b'))).toBe(false);
  expect(await enters(gate, at('b', 'i:80'))).toBe(true);
  gate.leave(at('a'), true);
  expect(await enters(gate, at('b'))).toBe(true);
});

test('hosts that hang leave half of all places to others, however many they are', async () => {
  const gate = gateOf({ inAll: 4 });
  for (const host of ['a', 'b', 'c']) expect(await enters(gate, at('x', host))).toBe(true);
  for (const host of ['a', 'b', 'c']) gate.unanswered(at('x', host));
  expect(await enters(gate, at('x', 'a'))).toBe(false);
  expect(await enters(gate, at('x', 'd'))).toBe(true);
  gate.leave(at('x', 'd'));
  gate.answered(at('x', 'a'), false);
  expect(await enters(gate, at('x', 'a'))).toBe(true);
});

test('who waits can be cancelled, and is then passed over', async () => {
  const gate = gateOf({ perEndpoint: 1 });
  const cancel = new AbortController();
  await gate.enter(at('a'), idle);
  const cancelled = gate.enter(at('a'), cancel.signal);
  const next = gate.enter(at('a'), idle);
  cancel.abort();
  expect(await cancelled).toBe('cancelled');
  gate.leave(at('a'));
  expect(await next).toBe('admitted');
});

test('who is cancelled already does not come in', async () => {
  const gate = gateOf({});
  expect(await gate.enter(at('a'), AbortSignal.abort())).toBe('cancelled');
  expect(gate.size).toBe(0);
});

test('hosts that nobody calls any more are forgotten', async () => {
  const gate = gateOf({});
  const now = performance.now();
  for (let nth = 0; nth < 1_000; nth += 1) {
    const to = at('a', `h${nth}`);
    await gate.enter(to, idle);
    gate.leave(to);
  }
  jest.spyOn(performance, 'now').mockReturnValue(now + 120_000);
  await gate.enter(at('a', 'one more'), idle);
  jest.restoreAllMocks();
  expect(gate.size).toBe(1);
});
