/**
 * Owns what a lock *is*: plain JSON data, no behaviour. The workflow of a resource carries it on when it continues as new, so
 * a change of shape needs a version (`stored.ts`).
 */
import { type LockMode } from '../wire/locks';
import { type Ms } from '../wire/phases';

/**
 * On what grounds somebody holds or waits. A transaction has no lease: its workflow is looked at instead. A lease belongs to
 * the caller `by`, and lasts `ttlMs` from its last renewal.
 */
export type Claim = { readonly kind: 'transaction' } | LeaseClaim;

interface LeaseClaim {
  readonly kind: 'lease';
  readonly ttlMs: Ms;
  readonly by: string;
  /** A grant after a wait lasts no longer until its caller has seen it. Absent where a front end of before asks, which never says so. */
  readonly seenWithinMs?: Ms;
}

/**
 * What a look at a transaction's workflow said. `ended`: it needs no lock any more, also where it was ended from outside before it had
 * asked anybody for a vote. `interrupted`: ended from outside later. `unknown`: Temporal has no such workflow.
 */
export type SeenAs = 'running' | 'ended' | 'interrupted' | 'unknown';

interface Claimant {
  /** A transaction's id, or a name of the caller's choice. */
  readonly holder: string;
  readonly mode: LockMode;
  readonly claim: Claim;
  /** When its last acquire was sent, by the clock of whoever sent it: a release from before that is not of this claim. */
  readonly sentAt: Ms;
  /** Holds, or waits, since then. */
  readonly since: Ms;
}

export interface Waiter extends Claimant {
  /** Waits no longer than that. */
  readonly until: Ms;
  /** Of a transaction: its workflow ran then, as the last acquire says. Absent where none says so. */
  readonly ranAt?: Ms;
  /** Its transaction was looked at and runs: it may be granted. */
  readonly cleared: boolean;
  /** It was told that it has to wait, so a grant has to be told as well. */
  readonly toldToWait: boolean;
  /** A look brought nothing: not again before then. */
  readonly lookAgainAt?: Ms;
}

export interface Holder extends Claimant {
  readonly fencingToken: number;
  /** Of a lease. */
  readonly expiresAt?: Ms;
  /** Of a transaction: what the last look said, never `ended`. */
  readonly standing?: Exclude<SeenAs, 'ended'>;
  /** Of a transaction: the next look, and how many there were since the standing changed. */
  readonly lookAt?: Ms;
  readonly looks?: number;
  /** The grant has still to be told to the transaction. */
  readonly toBeTold: boolean;
  /** Of a lease that was waited for: whoever waited may have died, and nobody has said that he has seen the grant. */
  readonly toBeSeen?: boolean;
}

/**
 * Its holder has released: an acquire of it that arrives now is late and gets nothing. A lease's name may be used again:
 * there only what was sent up to `asOf`, its release, is late.
 */
export interface Tombstone {
  readonly holder: string;
  readonly asOf?: Ms;
  readonly until: Ms;
}

export interface Lock {
  readonly resource: string;
  /** The last one given out; 0 before the first. */
  readonly lastToken: number;
  readonly holders: readonly Holder[];
  /** First come first. */
  readonly waiters: readonly Waiter[];
  readonly tombstones: readonly Tombstone[];
}

/** Who hold and who wait, together. More are turned away: the state has to fit one entry of history. */
export const mostClaimants = 1000;
export const mostTombstones = 2000;

/** Ten times as long as an acquire may be on its way to the lock. What outlasts it is a transaction's, and looked at. */
export const tombstoneMs: Ms = 30_000;

/**
 * An acquire says when its transaction last ran for sure: when Temporal handed out the attempt of the activity that asks. A release is
 * sent after that, so for as long as tombstones stand from then on, none in sight says that there was no release yet. Half of
 * that time, the rest being for clocks of Temporal's servers that differ; many times what an attempt takes that is not lost.
 */
export const ranForSureMs: Ms = tombstoneMs / 2;

const firstLookAfterMs = 15_000;
const longestLookAfterMs = 300_000;
export const unreadAgainAfterMs: Ms = 1000;

/** Doubling: a transaction that holds for long is looked at ever more seldom. */
export function lookAfterMs(looks: number): Ms {
  return Math.min(firstLookAfterMs * 2 ** Math.min(looks, 10), longestLookAfterMs);
}

export function emptyLock(resource: string): Lock {
  return { resource, lastToken: 0, holders: [], waiters: [], tombstones: [] };
}

export function isCompatible(holders: readonly Holder[], mode: LockMode): boolean {
  return holders.length === 0 || (mode === 'shared' && holders.every(each => each.mode === 'shared'));
}

/** Those that could be granted now, one after the other: nobody overtakes the first that cannot, so writers do not starve. */
export function grantablePrefix({ holders, waiters }: Lock): readonly Waiter[] {
  const [first] = waiters;
  if (first === undefined || !isCompatible(holders, first.mode)) return [];
  if (first.mode === 'exclusive') return [first];
  const end = waiters.findIndex(each => each.mode === 'exclusive');
  return end < 0 ? waiters : waiters.slice(0, end);
}

/** It needs a look before it may be granted: nobody knows that it ran a moment ago, or its release may have been forgotten. */
export function needsLook({ tombstones }: Lock, { claim, cleared, ranAt }: Waiter, now: Ms): boolean {
  if (claim.kind !== 'transaction' || cleared) return false;
  if (ranAt === undefined || tombstones.length >= mostTombstones) return true;
  return Math.abs(now - ranAt) > ranForSureMs;
}

/** Somebody waits whose grant will have to be seen. */
export function hasToBeSeen({ waiters }: Lock): boolean {
  return waiters.some(({ claim }) => claim.kind === 'lease' && claim.seenWithinMs !== undefined);
}

/** As versions knew it in which no grant had to be seen. */
export function unseeing(lock: Lock): Lock {
  return { ...lock, waiters: lock.waiters.map(each => ({ ...each, claim: unseeingClaim(each.claim) })) };
}

function unseeingClaim(claim: Claim): Claim {
  if (claim.kind !== 'lease') return claim;
  const { kind, ttlMs, by } = claim;
  return { kind, ttlMs, by };
}

/** Nothing is held, awaited or to be remembered; and the clock has passed the last token, so that the next lock's is greater. */
export function isIdle(lock: Lock, now: Ms): boolean {
  const empty = lock.holders.length + lock.waiters.length + lock.tombstones.length === 0;
  return empty && tokenAt(now) > lock.lastToken;
}

/** What the clock alone would give: 1,000 a millisecond, below 2^53 until the year 2255. */
export function tokenAt(now: Ms): number {
  return now * 1000;
}
