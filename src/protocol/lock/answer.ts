/** Owns what an acquire is answered at once; who has to wait is told later, or asks again. */
import { type Ms } from '../wire/phases';
import { type Refusal } from './apply';
import { type Lock } from './state';
import { given } from '../wire/given';

export type AcquireAnswer =
  /** `toBeSeen`: for its whole lease once its caller has said that it has seen the grant, with this token. */
  | {
      readonly is: 'granted';
      readonly fencingToken: number;
      readonly expiresAt?: Ms;
      readonly toBeSeen?: true;
    }
  /** `ahead`: so many wait before it. */
  | { readonly is: 'waits'; readonly heldBy: readonly string[]; readonly ahead: number }
  | { readonly is: 'refused'; readonly why: Refusal; readonly heldBy: readonly string[] };

/** Undefined where it neither holds nor waits: it waited as long as it wanted to, its lease ended, or it has released. */
export function standingIn(lock: Lock, holder: string): AcquireAnswer | undefined {
  const held = lock.holders.find(each => each.holder === holder);
  if (held !== undefined) {
    const { fencingToken, expiresAt, toBeSeen } = held;
    const grant = { is: 'granted', fencingToken, ...given({ expiresAt }) } as const;
    return toBeSeen === true ? { ...grant, toBeSeen } : grant;
  }
  const ahead = lock.waiters.findIndex(each => each.holder === holder);
  return ahead < 0 ? undefined : { is: 'waits', heldBy: holdersOf(lock), ahead };
}

/** It is being looked at, and will be granted or answered after that. */
export function isBeingLookedAt(lock: Lock, holder: string): boolean {
  const waiter = lock.waiters.find(each => each.holder === holder);
  return waiter?.claim.kind === 'transaction' && !waiter.toldToWait;
}

const holdersShown = 10;

export function holdersOf({ holders }: Lock): string[] {
  return holders.slice(0, holdersShown).map(each => each.holder);
}
