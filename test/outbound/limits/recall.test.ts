/** Who found no place is called back in order, so many a second, while the host answers and has room. */
import { Recall } from '../../../src/outbound/limits/recall';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function recallOf(hasRoom: (host: string) => boolean = () => true) {
  const called: string[] = [];
  const recall = new Recall(hasRoom);
  const add = (host: string, name: string, ms = 60_000): void => {
    recall.add(host, { call: () => called.push(name), until: Date.now() + ms });
  };
  return { recall, called, add };
}

test('nobody is called before the host answers, then all in order, one in 40 ms', () => {
  const { recall, called, add } = recallOf();
  for (const name of ['first', 'second', 'third']) add('h', name);
  jest.advanceTimersByTime(10_000);
  expect(called).toEqual([]);
  recall.answers('h');
  jest.advanceTimersByTime(40);
  expect(called).toEqual(['first']);
  jest.advanceTimersByTime(80);
  expect(called).toEqual(['first', 'second', 'third']);
  expect(recall.size).toBe(0);
  jest.advanceTimersByTime(40);
  expect(jest.getTimerCount()).toBe(0);
});

test('hosts take turns, and all together have 25 a second', () => {
  const { recall, called, add } = recallOf();
  for (const name of ['a1', 'a2', 'a3']) add('a', name);
  for (const name of ['b1', 'b2']) add('b', name);
  recall.answers('a');
  recall.answers('b');
  jest.advanceTimersByTime(5 * 40);
  expect(called).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('a host without room keeps nobody else from being called, and goes on once it has', () => {
  let full = true;
  const { recall, called, add } = recallOf(host => host !== 'full' || !full);
  add('full', 'waits');
  add('well', 'called');
  recall.answers('full');
  recall.answers('well');
  jest.advanceTimersByTime(1_000);
  expect(called).toEqual(['called']);
  full = false;
  jest.advanceTimersByTime(40);
  expect(called).toEqual(['called', 'waits']);
});

test('it stops where the host hangs again, until it answers', () => {
  const { recall, called, add } = recallOf();
  add('h', 'first');
  add('h', 'second');
  recall.answers('h');
  jest.advanceTimersByTime(40);
  recall.hangs('h');
  jest.advanceTimersByTime(1_000);
  expect(called).toEqual(['first']);
  recall.answers('h');
  jest.advanceTimersByTime(40);
  expect(called).toEqual(['first', 'second']);
});

test('whose turn has come by itself is not called', () => {
  const { recall, called, add } = recallOf();
  add('h', 'came', 500);
  add('h', 'waits');
  jest.advanceTimersByTime(500);
  recall.answers('h');
  jest.advanceTimersByTime(1_000);
  expect(called).toEqual(['waits']);
});

test('it remembers so many and no more', () => {
  const { recall, add } = recallOf();
  for (let nth = 0; nth < 25_000; nth += 1) add(`h${nth % 7}`, 'one');
  expect(recall.size).toBe(20_000);
});

test("those whose turn has come at hosts that nobody calls any more are in nobody's way", () => {
  const { recall, called, add } = recallOf();
  for (let nth = 0; nth < 20_000; nth += 1) add(`gone${nth % 7}`, 'one', 1_000);
  jest.advanceTimersByTime(1_000);
  add('h', 'waits');
  expect(recall.size).toBe(1);
  recall.answers('h');
  jest.advanceTimersByTime(40);
  expect(called).toEqual(['waits']);
});
