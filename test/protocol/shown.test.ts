/** What Temporal showed of a call that is cut off: shown again, and nothing else (`shown.ts`). */
import { apply } from '../../src/protocol/transaction/apply';
import { type Event } from '../../src/protocol/transaction/events';
import { shownCalls } from '../../src/protocol/transaction/shown';
import { type ShownCall, type Transaction } from '../../src/protocol/transaction/state';
import { after, begun, came, ended, quietAt, seen } from './transactions';

const failure = { code: 'unavailable', status: 503, message: 'answered 503', at: 5000 };
const sevenOf = (key: string): ShownCall => ({ key, requests: 7, failure });

/** Commit is decided; p1 does not acknowledge it, in its own call. */
function stuck(): Transaction {
  const committing = after(begun(), 'prepare', { p1: came.yes, p2: came.yes });
  return after(committing, 'commit', { p1: came.refusedConnection, p2: came.done });
}

const resolve = (shown?: readonly ShownCall[]): Event => ({
  ...{ type: 'resolve', participant: 'p1', outcome: 'committed', by: 'ann', reason: 'seen' },
  ...(shown === undefined ? {} : { shown }),
});
const cutOff = { ...came.cutOff, requests: 0 };

it('is counted with what the ending tells, and takes part in nothing else', () => {
  const without = after(apply(stuck(), resolve(), 6000), 'commit', { p1: cutOff }, 6000);
  const told = after(
    apply(stuck(), resolve([sevenOf('commit p1 #3')]), 6000),
    'commit',
    { p1: cutOff },
    6000,
  );
  expect(seen(without).participants[0]).toMatchObject({ attempts: 1, lastError: { code: 'connection' } });
  expect(seen(told).participants[0]).toMatchObject({
    attempts: 8,
    lastError: { code: 'unavailable', status: 503, at: '1970-01-01T00:00:05.000Z' },
  });
  const { uncounted, lastFailure, ...p } = told.participants[0] ?? {};
  expect([uncounted, lastFailure]).toEqual([7, failure]);
  expect(without.participants[0]).toMatchObject(p);
  expect(told.actions).toEqual(without.actions);
});

it('is nothing to another call, and to one that tells more itself', () => {
  const other = apply(stuck(), resolve([sevenOf('commit p1 #2'), sevenOf('commit p2 #2')]), 6000);
  expect(other.participants.map(p => p.call?.shown)).toEqual([undefined, undefined]);
  const told = apply(stuck(), resolve([sevenOf('commit p1 #3')]), 6000);
  expect(seen(after(told, 'commit', { p1: { ...cutOff, requests: 9 } })).participants[0]?.attempts).toBe(10);
  const done = after(told, 'commit', { p1: { ...came.done, requests: 2 } });
  expect(seen(done).participants[0]?.attempts).toBe(3);
});

it('is forgotten once requests are counted anew', () => {
  const retried = apply(stuck(), { type: 'retryNow', by: 'ann', shown: [sevenOf('commit p1 #3')] }, 6000);
  const again = after(retried, 'commit', { p1: cutOff }, 6000);
  expect(seen(again).participants[0]).toMatchObject({ attempts: 0, lastError: { status: 503 } });
});

it('adds the late rollback to the rollbacks before it', () => {
  const refused = after(begun(), 'prepare', { p1: came.silent, p2: came.no });
  const waiting = after(refused, 'rollback', { p1: came.done });
  const due = apply(waiting, { type: 'quiet' }, quietAt);
  const over = apply(due, ended(due, 'rollback', { p1: came.done }), quietAt);
  expect(seen(over).participants[0]).toMatchObject({ state: 'rolledback', attempts: 2 });
});

it('takes what can be read, and leaves out the rest', () => {
  const one = { key: 'commit p1 #3', requests: 7 };
  expect(shownCalls([{ ...one, failure }, null, { key: 'commit p2 #3' }, { ...one, requests: -1 }])).toEqual([
    { ...one, failure },
  ]);
  expect(shownCalls([{ ...one, failure: { ...failure, at: 1e300 } }])).toEqual([one]);
  expect(shownCalls([{ ...one, failure: { ...failure, message: 'a\nb\u202e' } }])).toMatchObject([
    { failure: { message: 'a b<U+202E>' } },
  ]);
  for (const none of [undefined, 'x', {}, [], [1]]) expect(shownCalls(none)).toBeUndefined();
});
