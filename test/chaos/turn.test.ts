/** Whose turn it is: which faults go on beside each other, and that a restart of everything comes to its turn. */
import { type Planned } from '../../chaos/nemesis/schedule';
import { nextDue } from '../../chaos/nemesis/turn';

let nth = 0;
const planned = (target: string, holdsProcess: boolean, atMs = 0): Planned => ({
  ...{ nth: (nth += 1), atMs, forMs: 100, fault: `of ${target}`, target, holdsProcess },
});
const api = planned('api-1', true);
const worker = planned('worker-1', true);
const workers = planned('workers', true);
const all = planned('everything', true);
const link = planned('api-1 to temporal', false);
const anyTransaction = planned('a transaction', false);

const next = (waiting: readonly Planned[], running: readonly Planned[] = [], elapsedMs = 0) =>
  nextDue(waiting, { elapsedMs, running })?.target;

it('is of what is due, the longest first', () => {
  const [late, later] = [planned('late', true, 100), planned('later', true, 200)];
  expect(next([late, later], [], 99)).toBeUndefined();
  expect(next([late, later], [], 200)).toBe('late');
});

it('is of no second fault on one target, and of the next in its place', () => {
  expect(next([planned('api-1', true)], [api])).toBeUndefined();
  expect(next([planned('api-1', true), worker], [api])).toBe('worker-1');
  expect(next([link], [planned('api-1 to temporal', false)])).toBeUndefined();
});

it.each([
  ['everything', all, api],
  ['everything', all, planned('everything', true)],
  ['a process', api, all],
  ['the workers', workers, all],
  ['the workers', workers, worker],
  ['a worker', worker, workers],
])('is not of %s beside one that has the same process in hand', (_, waiting, running) => {
  expect(next([waiting], [running])).toBeUndefined();
});

it.each([
  ['everything', all, link],
  ['everything', all, anyTransaction],
  ['a link', link, all],
  ['a transaction', anyTransaction, all],
  ['a process', api, worker],
  ['the workers', workers, api],
  ['a link', link, api],
])('is of %s beside one that has another in hand, or none', (_, waiting, running) => {
  expect(next([waiting], [running])).toBe(waiting.target);
});

it('is of nobody with a process in hand while everything is due, so that it comes to its turn; of the others it is', () => {
  expect(next([all, worker], [api])).toBeUndefined();
  expect(next([worker, all], [api])).toBe('worker-1');
  expect(next([all, worker, link], [api])).toBe('api-1 to temporal');
  expect(next([all, worker])).toBe('everything');
});
