/**
 * Owns what the explorer needs of the lock's core: the real modules, or a copy of them with a line changed (`variants.ts`).
 * Nothing else of the explorer imports code of `src/protocol`, so a variant is explored as a whole.
 */
import * as answer from '../../../../src/protocol/lock/answer';
import * as apply from '../../../../src/protocol/lock/apply';
import * as state from '../../../../src/protocol/lock/state';
import * as wanted from '../../../../src/protocol/lock/wanted';

export interface LockCore {
  readonly answer: Pick<typeof answer, 'standingIn' | 'isBeingLookedAt'>;
  readonly apply: Pick<typeof apply, 'applyToLock' | 'refusalOf'>;
  readonly state: Pick<typeof state, 'emptyLock' | 'isIdle'>;
  readonly wanted: Pick<typeof wanted, 'lockWork'>;
}

export const realLock: LockCore = { answer, apply, state, wanted };
