/**
 * Owns what one state of the exploration is: the lock as the core has it, and everything around it: those that ask for it, what is
 * on its way, and what the lock's workflow has under way. Plain data; steps make new worlds of old ones.
 */
import { type AcquireAnswer } from '../../../../src/protocol/lock/answer';
import { type Looked } from '../../../../src/protocol/lock/events';
import { type Lock } from '../../../../src/protocol/lock/state';
import { type LockMode } from '../../../../src/protocol/wire/locks';
import { type LockCore } from './core';

export interface Kind {
  readonly is: 'transaction' | 'lease';
  readonly mode: LockMode;
}

/** How often something that need not happen happens. */
export interface Budget {
  /** A message is lost, or a copy of it stays on its way; an answer is lost; a look brings nothing. */
  readonly faults: number;
  /** Time goes on to the next instant at which that matters. */
  readonly jumps: number;
  /** A transaction is terminated from outside, or a lease's client dies. */
  readonly ends: number;
  /** Temporal loses a transaction for good: its look says `unknown`. */
  readonly losses: number;
  /** Somebody that waits gives up. */
  readonly giveUps: number;
  /** Somebody that has asked, or holds, asks again. */
  readonly repeats: number;
  /** A lease is asked for once more after its release. */
  readonly rounds: number;
  /** The clock is set back while the lock is in use. */
  readonly setBacks: number;
}

export interface Scenario {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly budget: Budget;
}

/** `releasing`: it no longer uses the lock, and the lock has still to be told. `over`: it has been told, or nobody will. */
export type Phase = 'new' | 'asking' | 'waits' | 'holds' | 'releasing' | 'over';

/** Somebody that asks for the lock, by what it believes itself. */
export interface Agent extends Kind {
  readonly name: string;
  readonly phase: Phase;
  /** Of a transaction: its workflow runs; `down` may be taken up again, `lost` not. */
  readonly life: 'up' | 'down' | 'lost';
  /** While it holds. */
  readonly token: number;
  /** While it holds; never of a transaction. */
  readonly holdsUntil: number;
  /** Of a lease: its own clock, which counts what it has sent. */
  readonly sent: number;
  /** Of a lease: the last it sent was a release, and it has reached the lock. */
  readonly gaveBack: boolean;
  /** Of a lease: the last token that it was told of. */
  readonly heardOf: number;
  /** Of a lease: what it holds, as the lock has it, was waited for. */
  readonly waitedFor: boolean;
  /** A look has seen it run since it came to the queue. */
  readonly seenRunning: boolean;
  /** Of a transaction: the last acquire of it that arrived was begun then, while it ran. */
  readonly ranAt: number;
  /** Its grant could not be told, and the lock knows. */
  readonly untold: boolean;
}

export interface Message {
  readonly is: 'acquire' | 'release';
  readonly holder: string;
  readonly sentAt: number;
  /** The grant that it has seen. */
  readonly sees?: number;
  /** When it was sent; of a transaction's acquire, when what sends it began. */
  readonly at: number;
}

export type Work =
  | {
      readonly do: 'look';
      readonly key: string;
      readonly at: readonly string[];
      /** What it read, at some instant before it ends. */
      readonly saw?: readonly Looked[];
      readonly cancelled: boolean;
    }
  | {
      readonly do: 'tell';
      readonly key: string;
      readonly holder: string;
      readonly token: number;
      readonly delivered?: boolean;
      readonly cancelled: boolean;
    };

export interface World {
  readonly now: number;
  readonly lock: Lock;
  readonly agents: readonly Agent[];
  readonly messages: readonly Message[];
  /** Acquires that the lock answers after a look. */
  readonly unanswered: readonly string[];
  readonly answers: readonly { readonly to: string; readonly answer: AcquireAnswer }[];
  readonly works: readonly Work[];
  /** When time wakes the lock's workflow; `Infinity` where it does not. */
  readonly wakesAt: number;
  /** Who waits, in the order in which they came: what the lock's own order is checked against. */
  readonly arrivals: readonly string[];
  /** The greatest token that was ever given. */
  readonly greatest: number;
  readonly left: Budget;
}

/** What a step works in: the scenario, the core under test, and how the workflow drives it. */
export interface Setting {
  readonly scenario: Scenario;
  readonly core: LockCore;
  /** Broken variants of the driver (`workflows/keep.ts`). */
  readonly forgetsCancelled?: boolean;
}

/** Longer than everything else; who waits until then has been forgotten. */
export const far = 1_000_000_000;
export const ttlMs = 10_000;
export const leaseWaitMs = 5000;
/** Shorter than a message may be on its way: that it was seen may come too late. */
export const seenWithinMs = 2000;
/** A lease's message is on its way for less than that. */
export const longestWayMs = 3000;
export const setBackMs = 60_000;
/** Who has released is remembered for that time. */
export const rememberedMs = 30_000;
/** An acquire that was begun longer ago is not believed. */
export const believedMs = 15_000;
const start = 1_000_000;

export function startOf({ scenario, core }: Setting): World {
  return {
    now: start,
    lock: core.state.emptyLock('r'),
    agents: scenario.kinds.map((kind, at) => newAgent(kind, `a${String(at)}`)),
    messages: [],
    unanswered: [],
    answers: [],
    works: [],
    wakesAt: Infinity,
    arrivals: [],
    greatest: 0,
    left: scenario.budget,
  };
}

function newAgent(kind: Kind, name: string): Agent {
  const nothing = {
    token: 0,
    holdsUntil: 0,
    sent: 0,
    gaveBack: false,
    seenRunning: false,
    untold: false,
    ranAt: 0,
  };
  const unheard = { heardOf: 0, waitedFor: false };
  return { ...kind, name, phase: 'new', life: 'up', ...nothing, ...unheard };
}

export function agentOf(world: World, name: string): Agent {
  const found = world.agents.find(each => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

export function change(world: World, name: string, to: Partial<Agent>): World {
  const agents = world.agents.map(each => (each.name === name ? { ...each, ...to } : each));
  return { ...world, agents };
}

export function spend(world: World, what: keyof Budget): World {
  return { ...world, left: { ...world.left, [what]: world.left[what] - 1 } };
}
