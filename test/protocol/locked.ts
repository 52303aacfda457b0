/** Owns transactions with locks, for tests of the core: what is asked for, and what the calls and the locks say. */
import { type Event, type LocksEnding } from '../../src/protocol/transaction/events';
import { apply } from '../../src/protocol/transaction/apply';
import { type LockTerms, type Transaction } from '../../src/protocol/transaction/state';
import { wanted } from '../../src/protocol/transaction/wanted';
import { type FencedLock, type LockRequest } from '../../src/protocol/wire/locks';
import { after, begun, came, seen } from './transactions';

export const by = 10_000;
export const a: LockRequest = { resource: 'a', mode: 'exclusive' };
export const b: LockRequest = { resource: 'b', mode: 'shared' };
export const c: LockRequest = { resource: 'c', mode: 'exclusive' };
const tokens: Readonly<Record<string, number>> = { a: 7, b: 8, c: 9 };
export const fenced = (lock: LockRequest): FencedLock => ({
  ...lock,
  fencingToken: tokens[lock.resource] ?? 0,
});

export const locks: LockTerms = { asked: [a, b, c], by };
export const wanting = (): Transaction => begun({ locks });

export const feed = (t: Transaction, event: Event, now = 1000): Transaction => apply(t, event, now);

export interface Answer {
  readonly held?: readonly LockRequest[];
  readonly ending: LocksEnding;
  readonly repeated?: true;
}

/** The open call ends so. */
export function answered(t: Transaction, { held = [], ...rest }: Answer, now = 1000): Transaction {
  const nth = t.locking?.call?.nth ?? -1;
  return feed(t, { type: 'locksAnswered', nth, held: held.map(fenced), ...rest }, now);
}

export const waitsFor = ({ resource }: LockRequest): LocksEnding => ({
  is: 'waits',
  resource,
  heldBy: ['other'],
  ahead: 2,
});
export const granted = ({ resource }: LockRequest, fencingToken = tokens[resource] ?? 0): Event => ({
  type: 'lockGranted',
  resource,
  fencingToken,
});

/** `a` is held, `b` is waited for. */
export const waiting = (): Transaction => answered(wanting(), { held: [a], ending: waitsFor(b) });
export const holding = (now = 1000): Transaction =>
  answered(wanting(), { held: [a, b, c], ending: { is: 'all' } }, now);
export const votes = { p1: came.yes, p2: came.yes };
export const committing = (): Transaction => after(holding(), 'prepare', votes);
export const lockStates = (t: Transaction): readonly string[] =>
  (seen(t).locks ?? []).map(({ resource, state }) => `${resource} ${state}`);
export const release = (t: Transaction): readonly string[] =>
  wanted(t).flatMap(each => (each.do === 'releaseLocks' ? each.resources : []));
export const released = (t: Transaction): Transaction => feed(t, { type: 'locksReleased' });
export const abort = { type: 'abort', by: 'ann' } as const;
export const aborted = (t: Transaction): Transaction => feed(t, abort, 2000);
