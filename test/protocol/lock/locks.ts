/** Owns what the tests of the lock's core say it with: who asks, and how a lock looks at a glance. */
import { type AcquireAnswer, standingIn } from '../../../src/protocol/lock/answer';
import { applyToLock } from '../../../src/protocol/lock/apply';
import { type Acquire, type LockEvent, type Looked } from '../../../src/protocol/lock/events';
import { type Lock, emptyLock } from '../../../src/protocol/lock/state';
import { lockWork } from '../../../src/protocol/lock/wanted';
import { given } from '../../../src/protocol/wire/given';

export const start = 1_000_000;
export const free = emptyLock('stock/1');

type Details = Partial<Pick<Acquire, 'mode' | 'sentAt' | 'until' | 'ranAt' | 'sees'>> & {
  readonly ttlMs?: number;
  readonly by?: string;
  readonly seenWithinMs?: number;
};

export function transaction(holder: string, details: Details = {}): Acquire {
  const claim = { kind: 'transaction' } as const;
  return {
    type: 'acquire',
    holder,
    mode: 'exclusive',
    sentAt: start,
    until: start + 60_000,
    claim,
    ...details,
  };
}

export function lease(
  holder: string,
  { ttlMs = 10_000, by = 'alice', seenWithinMs, ...details }: Details = {},
): Acquire {
  const claim = { kind: 'lease', ttlMs, by, ...given({ seenWithinMs }) } as const;
  return { ...transaction(holder, details), claim };
}

export const shared = { mode: 'shared' } as const;
export const tick: LockEvent = { type: 'tick' };

export function release(holder: string, sentAt?: number): LockEvent {
  return { type: 'release', holder, ...(sentAt === undefined ? {} : { sentAt }) };
}

export function looked(holder: string, saw: Looked['saw']): LockEvent {
  return { type: 'looked', at: [{ holder, saw }] };
}

export function told(holder: string, delivered: boolean): LockEvent {
  return { type: 'told', holder, delivered };
}

/** The lock after these events, all at one instant. */
export function after(lock: Lock, events: readonly LockEvent[], now = start): Lock {
  return events.reduce((each, event) => applyToLock(each, event, now), lock);
}

export function held(by: string): Lock {
  return after(free, [transaction(by), looked(by, 'running')]);
}

/** Who holds it, and who waits. */
export function glance({ holders, waiters }: Lock): string {
  const names = (of: readonly { readonly holder: string }[]): string => of.map(each => each.holder).join(' ');
  return `${names(holders)} | ${names(waiters)}`;
}

export function tokenOf(lock: Lock, holder: string): number | undefined {
  const answer = standingIn(lock, holder);
  return answer?.is === 'granted' ? answer.fencingToken : undefined;
}

export function standing(lock: Lock, holder: string): AcquireAnswer['is'] | undefined {
  return standingIn(lock, holder)?.is;
}

/** What is to be done, but for the wait for time. */
export function work(lock: Lock, now = start): string[] {
  return lockWork(lock, now).flatMap(each => {
    if (each.do === 'wake') return [];
    return each.do === 'look' ? [`look at ${each.at.join(', ')}`] : [`tell ${each.holder}`];
  });
}

export function wakesAfter(lock: Lock, now = start): number | undefined {
  const wake = lockWork(lock, now).find(each => each.do === 'wake');
  return wake?.do === 'wake' ? wake.at - now : undefined;
}
