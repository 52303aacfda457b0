/** Owns who else wants a lock: other transactions, and leases, that come, wait and hold for as long as the seed says. */
import { type Looked } from '../../../src/protocol/lock/events';
import { type Ms } from '../../../src/protocol/wire/phases';
import { type LockMode } from '../../../src/protocol/wire/locks';
import { type Choices } from '../choices';
import { type Clock } from '../clock';
import { type SimulatedLock } from './lock';

interface Around {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
}

export interface Other {
  readonly name: string;
  readonly mode: LockMode;
  /** It believes that it holds the lock until then. */
  holdsUntil: Ms;
  isOver: boolean;
  readonly holdsMs: Ms;
  readonly kind: 'transaction' | 'lease';
}

/** Nobody, or one, or two. */
export function othersOf(resource: string, { number }: Pick<Around, 'number'>): Other[] {
  const share = number(`others of ${resource}`);
  const count = share < 0.4 ? 0 : share < 0.75 ? 1 : 2;
  return Array.from({ length: count }, (_, index) => {
    const name = `other ${String(index + 1)} of ${resource}`;
    return {
      name,
      mode: number(`${name}: mode`) < 0.7 ? 'exclusive' : 'shared',
      kind: number(`${name}: kind`) < 0.6 ? 'transaction' : 'lease',
      holdsMs: 5 + Math.floor(number(`${name}: holds`) ** 2 * 1_500),
      holdsUntil: 0,
      isOver: false,
    };
  });
}

/** Some are there before the transaction begins. */
export function comes(other: Other, lock: SimulatedLock, { clock, number }: Around): void {
  const { name: holder, mode, kind, holdsMs } = other;
  clock.after(Math.max(number(`${holder}: comes`) * 2_400 - 900, 0), () => {
    const now = clock.now();
    const claim =
      kind === 'lease' ? ({ kind, ttlMs: holdsMs, by: holder } as const) : ({ kind: 'transaction' } as const);
    const waitMs = 3_000;
    void lock.acquire({ holder, mode, claim, sentAt: now, ranAt: now, waitMs });
  });
}

/** A lease ends by itself; a transaction gives back, or ends and is not heard. */
export function holds(
  other: Other,
  { lock, expiresAt }: { readonly lock: SimulatedLock; readonly expiresAt: Ms | undefined },
  { clock, choices, tell }: Around,
): void {
  other.holdsUntil = expiresAt ?? Infinity;
  tell(`    ${other.name} has it`);
  if (other.kind === 'lease') return;
  clock.after(other.holdsMs, () => {
    other.isOver = true;
    other.holdsUntil = 0;
    if (choices(`the release of ${other.name}`, 'is heard', ['is lost']) === 'is lost') return;
    tell(`    ${other.name} gives it back`);
    lock.release(other.name);
  });
}

export function standingOf({ isOver }: Other): Looked['saw'] {
  return isOver ? 'ended' : 'running';
}
