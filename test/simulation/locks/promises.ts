/**
 * Owns what must hold of a transaction's locks (I12, I7), judged by what the locks granted, what they were told and what was sent, never by
 * what the transaction thinks of it. It is told of each step when it is taken.
 */
import { type Holder, type Lock } from '../../../src/protocol/lock/state';
import { type Transaction } from '../../../src/protocol/transaction/state';
import { type FencedLock, type LockRequest } from '../../../src/protocol/wire/locks';
import { type Ms, type Phase } from '../../../src/protocol/wire/phases';
import { type ServiceState } from '../../protocol/explorer/services';
import { type Other } from './others';

interface Of {
  readonly holder: string;
  readonly asked: readonly LockRequest[];
  readonly now: () => Ms;
  readonly lockOf: (resource: string) => Lock;
  readonly othersOf: (resource: string) => readonly Other[];
  /** As of the newest recorded task. */
  readonly state: () => Transaction | undefined;
  /** Some participant is being asked by the run of now, or may be. */
  readonly isAsking: () => boolean;
  readonly onBroken: (promise: string, what: string) => void;
}

interface Known {
  /** Every token that was ever granted to the transaction. */
  readonly tokens: Set<number>;
  greatest: number;
  wasTold: boolean;
}

export class LockPromises {
  readonly #of: Of;
  readonly #known = new Map<string, Known>();
  /** A lock was told of an end that was not recorded yet. */
  #toldEarly = false;
  #hasClosed = false;

  constructor(of: Of) {
    this.#of = of;
    for (const { resource } of of.asked)
      this.#known.set(resource, { tokens: new Set(), greatest: 0, wasTold: false });
  }

  /** An acquire leaves. */
  asks(resource: string): void {
    const earlier = this.#of.asked.slice(
      0,
      this.#of.asked.findIndex(each => each.resource === resource),
    );
    for (const { resource: other } of earlier)
      this.#demand(
        this.#held(other) !== undefined || this.#knownOf(other).wasTold,
        `${resource} is asked before ${other} is held`,
      );
  }

  /** A lock is about to hear that the transaction has ended. */
  releasing(resource: string): void {
    this.#knownOf(resource).wasTold = true;
    if (this.#isEnded()) return;
    this.#toldEarly = true;
    this.#demand(!this.#of.isAsking(), `${resource} is given back while a participant is asked`);
  }

  changed(resource: string, before: Lock, after: Lock): void {
    const { holder: ours, now } = this.#of;
    const had = new Map(before.holders.map(each => [each.holder, each.fencingToken]));
    const fresh = after.holders.filter(each => had.get(each.holder) !== each.fencingToken);
    for (const each of fresh) this.#granted(resource, each);
    const others = this.#of.othersOf(resource).filter(each => each.holdsUntil > now());
    const believers = [...others, ...after.holders.filter(({ holder }) => holder === ours)];
    this.#demand(
      believers.length < 2 || believers.every(({ mode }) => mode === 'shared'),
      `${resource} is held by two`,
    );
    const lost = had.has(ours) && !after.holders.some(each => each.holder === ours);
    this.#demand(
      !lost || this.#isEnded() || this.#toldEarly,
      `${resource} is given back before the transaction has ended`,
    );
  }

  /** A request leaves for a participant. @param isOfNow the call is one of the run of now, which has not given it up */
  sends(name: string, { phase, body, isOfNow }: { phase: Phase; body: string; isOfNow: boolean }): void {
    const { asked } = this.#of;
    const told = (JSON.parse(body) as { readonly locks?: readonly FencedLock[] }).locks ?? [];
    if (phase === 'prepare')
      for (const { resource } of asked)
        this.#demand(
          this.#held(resource) !== undefined,
          `prepare leaves for ${name}, and ${resource} is not held`,
        );
    this.#demand(
      !this.#toldEarly || !isOfNow,
      `${phase} leaves for ${name} after a lock was told of the end`,
    );
    // of what a lost first task may have asked for, a rollback can tell what is known
    if (phase !== 'rollback')
      this.#demand(
        told.map(each => each.resource).join() === asked.map(each => each.resource).join(),
        `${phase} tells ${name} of other locks`,
        'I7',
      );
    for (const { resource, fencingToken } of told)
      this.#demand(
        this.#knownOf(resource).tokens.has(fencingToken),
        `${phase} tells ${name} a token that ${resource} has not given`,
        'I7',
      );
  }

  /** What a request made of a participant. */
  reacted(name: string, before: ServiceState, after: ServiceState): void {
    if (before === after || after !== 'committed' || this.#wasForced(name)) return;
    for (const { resource } of this.#of.asked)
      this.#demand(this.#held(resource) !== undefined, `${name} commits, and ${resource} is not held`);
  }

  /** @param isOnTheWay a grant of the resource is being told, or will be heard */
  recorded(t: Transaction, isOnTheWay: (resource: string) => boolean): void {
    const { locking } = t;
    this.#demand(!this.#toldEarly || t.stage === 'ended', 'a lock was told of an end that did not come');
    for (const { resource, fencingToken } of locking?.held ?? []) {
      this.#demand(this.#knownOf(resource).tokens.has(fencingToken), `${resource} counts as held`);
      const holds = this.#held(resource)?.fencingToken === fencingToken;
      this.#demand(holds || t.stage === 'ended', `${resource} counts as held, and is not`);
    }
    if (t.stage !== 'acquiringLocks' || locking?.call !== undefined || locking?.waitsFor === undefined)
      return;
    if (this.#of.now() >= (t.accepted.locks?.by ?? 0)) return; // it gives up, whatever it is told
    const { resource } = locking.waitsFor;
    const held = this.#held(resource);
    const comes = held === undefined || held.toBeTold || isOnTheWay(resource);
    this.#demand(comes, `it waits for ${resource}, which is its own, and nobody will tell it`, 'liveness');
  }

  closed(): void {
    this.#hasClosed = true;
    this.rests();
  }

  /** Also when everything that was on its way has arrived. */
  rests(): void {
    for (const { resource } of this.#of.asked) {
      const { holders, waiters } = this.#of.lockOf(resource);
      const isThere = [...holders, ...waiters].some(each => each.holder === this.#of.holder);
      this.#demand(!isThere, `it is over, and ${resource} is held or awaited`);
    }
  }

  #granted(resource: string, { holder, fencingToken }: Holder): void {
    const known = this.#knownOf(resource);
    this.#demand(fencingToken > known.greatest, `a token of ${resource} is not greater than the one before`);
    known.greatest = Math.max(known.greatest, fencingToken);
    if (holder !== this.#of.holder) return;
    this.#demand(!known.wasTold && !this.#hasClosed, `${resource} is granted after it was told of the end`);
    known.tokens.add(fencingToken);
  }

  #isEnded(): boolean {
    return this.#of.state()?.stage === 'ended';
  }

  #wasForced(name: string): boolean {
    const p = this.#of.state()?.participants.find(each => each.target.name === name);
    return p?.forced !== undefined;
  }

  #held(resource: string): Holder | undefined {
    return this.#of.lockOf(resource).holders.find(each => each.holder === this.#of.holder);
  }

  #knownOf(resource: string): Known {
    const known = this.#known.get(resource);
    if (known === undefined) throw new Error(`nobody asked for "${resource}"`);
    return known;
  }

  #demand(holds: boolean, what: string, promise = 'I12'): void {
    if (!holds) this.#of.onBroken(promise, what);
  }
}
