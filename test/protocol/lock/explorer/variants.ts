/**
 * Owns the broken variants: each breaks the lock in one place, as a careless change might, and names the promises that must catch
 * it. `find` stands in its file exactly once; where the core is rewritten, the variant is rewritten with it.
 */
import type * as exploring from '../../exploring/variant';
import { type PromiseName } from './checks';
import { type Patch } from '../../exploring/patched';
import { lease, scenario, tx, txShared } from './scenarios';
import { type Scenario } from './world';

export interface Variant extends exploring.Variant<PromiseName> {
  readonly scenario: Scenario;
  /** It is the workflow's driver that is broken. */
  readonly forgetsCancelled?: boolean;
}

const three = scenario('', [tx, tx, tx], {});
const two = scenario('', [tx, tx], { faults: 1, jumps: 2, ends: 1 });
const late = scenario('', [tx], { faults: 1, jumps: 4 });
const mixed = scenario('', [tx, txShared, txShared], {});
const leases = scenario('', [lease, lease], { faults: 1, jumps: 2, ends: 1, giveUps: 1 });
const again = scenario('', [lease, lease], { faults: 1, jumps: 1, rounds: 1 });
const repeating = scenario('', [lease, lease], { jumps: 2, repeats: 1 });

const apply = (find: string, replace: string): Patch[] => [{ file: 'apply.ts', find, replace }];
const state = (find: string, replace: string): Patch[] => [{ file: 'state.ts', find, replace }];
const wanted = (find: string, replace: string): Patch[] => [{ file: 'wanted.ts', find, replace }];

export const variants: readonly Variant[] = [
  {
    name: 'exclusive is granted beside shared',
    patches: state('holders.length === 0 || (mode', "holders.length === 0 || mode === 'exclusive' || (mode"),
    caughtBy: ['exclusion'],
    scenario: mixed,
  },
  {
    name: 'shared is granted beside exclusive',
    patches: state("mode === 'shared' && holders.every(each => each.mode === 'shared')", "mode === 'shared'"),
    caughtBy: ['exclusion'],
    scenario: mixed,
  },
  {
    name: 'last come, first served',
    patches: apply('waiters: [...lock.waiters, waiter] }', 'waiters: [waiter, ...lock.waiters] }'),
    caughtBy: ['order'],
    scenario: three,
  },
  {
    name: 'a reader overtakes a writer that waits',
    patches: state(
      'const [first] = waiters;',
      "if (waiters.length > 1 && holders.some(each => each.mode === 'shared')) { const readers = waiters.filter(each => each.mode === 'shared'); if (readers.length > 0) return readers; } const [first] = waiters;",
    ),
    caughtBy: ['order'],
    scenario: mixed,
  },
  {
    name: 'no tombstone',
    patches: apply("if (buried) return 'late';", ''),
    caughtBy: ['late'],
    scenario: leases,
  },
  {
    name: 'a tombstone shorter than an acquire may be on its way',
    patches: state('tombstoneMs: Ms = 30_000', 'tombstoneMs: Ms = 1000'),
    caughtBy: ['late'],
    scenario: leases,
  },
  {
    name: 'an older release shortens what a tombstone says',
    patches: apply('asOf: Math.max(asOf, old?.asOf ?? asOf)', 'asOf'),
    caughtBy: ['late'],
    scenario: scenario('', [lease], { faults: 2, rounds: 1 }),
  },
  {
    name: 'an old release takes a newer lease away',
    patches: apply('bury(late ? lock :', 'bury(late && now < 0 ? lock :'),
    caughtBy: ['exclusion', 'kept'],
    scenario: again,
  },
  {
    name: 'tokens by last + 1 only',
    patches: apply('Math.max(lock.lastToken + 1, tokenAt(now))', 'lock.lastToken + 1'),
    caughtBy: ['tokens'],
    scenario: leases,
  },
  {
    name: 'tokens by the clock only',
    patches: apply('Math.max(lock.lastToken + 1, tokenAt(now))', 'tokenAt(now)'),
    caughtBy: ['tokens'],
    scenario: three,
  },
  {
    name: 'closes before the clock has passed the last token',
    patches: [
      ...state('return empty && tokenAt(now) > lock.lastToken;', 'return empty;'),
      ...wanted('Math.floor(lastToken / 1000) + 1', 'lastToken * 0'),
    ],
    caughtBy: ['tokens'],
    scenario: scenario('', [tx, tx], { jumps: 1, setBacks: 1 }),
  },
  {
    name: 'a repeat gets another place in the queue',
    patches: apply(
      'if (lock.waiters.some(each => each.holder === holder)) {\n    return changeWaiter',
      'if (now < 0) {\n    return changeWaiter',
    ),
    caughtBy: ['once'],
    scenario: scenario('', [tx, tx, tx], { repeats: 1 }),
  },
  {
    name: "a holder's repeat gets another token",
    patches: apply(
      '=> renew(repeat(each, event), event, now)',
      '=> ({ ...renew(repeat(each, event), event, now), fencingToken: each.fencingToken + 1 })',
    ),
    caughtBy: ['tokens', 'kept'],
    scenario: repeating,
  },
  {
    name: 'a transaction is granted without a look, however old its acquire is',
    patches: state('return Math.abs(now - ranAt) > ranForSureMs;', 'return false;'),
    caughtBy: ['gone'],
    scenario: late,
  },
  {
    name: 'an acquire is believed for longer than a release is remembered',
    patches: state('ranForSureMs: Ms = tombstoneMs / 2', 'ranForSureMs: Ms = tombstoneMs * 2'),
    caughtBy: ['gone'],
    scenario: late,
  },
  {
    name: 'a release is remembered for less time than an acquire is believed',
    patches: state('tombstoneMs: Ms = 30_000', 'tombstoneMs: Ms = 1000').concat(
      state('ranForSureMs: Ms = tombstoneMs / 2', 'ranForSureMs: Ms = 15_000'),
    ),
    caughtBy: ['gone'],
    scenario: late,
  },
  {
    name: 'an acquire is believed by when it was sent, not by when its transaction ran',
    patches: apply('latest(undefined, event.ranAt)', 'latest(undefined, event.sentAt)'),
    caughtBy: ['gone'],
    scenario: late,
  },
  {
    name: 'who has to be looked at is believed again when the clock is set back',
    patches: apply(
      'if (![...old].some(each => each.ranAt !== undefined)) return lock;',
      'if (now > 0) return lock;',
    ),
    caughtBy: ['wakeUp', 'liveness', 'heard'],
    scenario: scenario('', [tx, tx], { setBacks: 1, jumps: 3 }),
  },
  {
    name: 'the release of a transaction is not remembered',
    patches: apply('(each.asOf === undefined || sentAt <= each.asOf)', '(each.asOf ?? 0) >= sentAt'),
    caughtBy: ['gone'],
    scenario: late,
  },
  {
    name: 'a grant after waiting is not told',
    patches: apply("claim.kind === 'transaction' && toldToWait;", "claim.kind === 'transaction' && now < 0;"),
    caughtBy: ['heard'],
    scenario: three,
  },
  {
    name: 'who cannot be looked at is not marked as waiting',
    patches: apply('lookAgainAt, toldToWait: true }', 'lookAgainAt }'),
    caughtBy: ['heard', 'liveness'],
    scenario: two,
  },
  {
    name: 'an interrupted holder counts as ended',
    patches: apply(
      "if (saw === 'ended') return release",
      "if (saw !== 'running' && saw !== 'unread') return release",
    ),
    caughtBy: ['exclusion', 'kept'],
    scenario: two,
  },
  {
    name: 'a holder that nobody could read counts as ended',
    patches: apply(
      "if (saw === 'ended') return release",
      "if (saw === 'ended' || saw === 'unread') return release",
    ),
    caughtBy: ['exclusion', 'kept'],
    scenario: two,
  },
  {
    name: 'an interrupted waiter is granted',
    patches: apply("if (saw === 'running') return changeWaiter", "if (saw !== 'unread') return changeWaiter"),
    caughtBy: ['looked'],
    scenario: two,
  },
  {
    name: 'a lease never expires',
    patches: apply('holders: lock.holders.filter(each => !over(each.expiresAt))', 'holders: lock.holders'),
    caughtBy: ['liveness'],
    scenario: leases,
  },
  {
    name: 'whoever waited has its whole lease at once',
    patches: apply('now + Math.min(ttlMs, seenWithinMs)', 'now + ttlMs'),
    caughtBy: ['seen'],
    scenario: leases,
  },
  {
    name: 'a copy from before the grant counts as having seen it',
    patches: apply('seenWithinMs !== undefined && sees !== fencingToken', 'seenWithinMs === undefined'),
    caughtBy: ['seen'],
    scenario: leases,
  },
  {
    name: 'whoever has seen another grant has seen this one',
    patches: apply('sees !== fencingToken', 'sees === undefined'),
    caughtBy: ['seen'],
    scenario: scenario('', [lease, lease, lease], { faults: 1, jumps: 1 }),
  },
  {
    name: 'what was seen is still to be seen',
    patches: apply('...(toBeSeen ? { toBeSeen: false } : {})', ''),
    caughtBy: ['liveness'],
    scenario: leases,
  },
  {
    name: 'the release of one that waits is ignored',
    patches: apply(
      'lock.waiters.filter(each => each.holder !== holder);\n  return',
      'lock.waiters;\n  return',
    ),
    caughtBy: ['late'],
    scenario: leases,
  },
  {
    name: 'a look that brought nothing is not repeated',
    patches: apply('const lookAgainAt = now + unreadAgainAfterMs;', 'const lookAgainAt = 2 ** 50;'),
    caughtBy: ['liveness'],
    scenario: two,
  },
  {
    name: 'holders are not looked at again',
    patches: wanted('const holding = lock.holders.filter(', 'const holding = lock.holders.slice(1).filter('),
    caughtBy: ['liveness', 'prompt'],
    scenario: two,
  },
  {
    name: 'nothing wakes the lock for a look that is to be repeated',
    patches: wanted('...looked(lock, now).map(each => later(each.lookAgainAt, now)),', ''),
    caughtBy: ['liveness'],
    scenario: two,
  },
  {
    name: 'nothing wakes the lock when a lease expires',
    patches: wanted('[each.expiresAt ?? Infinity, later', '[later'),
    caughtBy: ['liveness'],
    scenario: leases,
  },
  {
    name: 'nothing wakes the lock to close it',
    patches: wanted('    idleAt(lock),\n', ''),
    caughtBy: ['liveness'],
    scenario: three,
  },
  {
    name: 'a grant that reached nobody counts as told',
    patches: apply('return delivered ? heard : { ...heard, lookAt: now };', 'return heard;'),
    caughtBy: ['prompt'],
    scenario: two,
  },
  {
    name: 'a cancelled look is not begun again',
    patches: [],
    caughtBy: ['wakeUp', 'liveness', 'heard'],
    scenario: scenario('', [tx, tx], { giveUps: 1, jumps: 2 }),
    forgetsCancelled: true,
  },
];
