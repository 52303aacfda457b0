/**
 * Owns what one state of the exploration is: the transaction as the core has it, and everything around it. Plain data;
 * steps make new worlds of old ones.
 */
import { type Exposure, type ParticipantStanding } from '../../../src/protocol/wire/answers';
import { type EndingKind } from '../../../src/protocol/transaction/events';
import { type Accepted, type Lane, type Transaction } from '../../../src/protocol/transaction/state';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type Core } from './core';
import { type LockSide, type LockWork, lockNames, lockRequest } from './locks';
import { type Kind, type ServiceState } from './services';

/** Abstract time: before `decideBy`, from `decideBy` on, from `quietAt` on. */
export type Time = 0 | 1 | 2;

export interface Scenario {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly onCommitFailure: 'retry' | 'rollback';
  readonly prepareAttempts: number;
  readonly completionAttempts: number;
  /** How often an operator does what applies; after they have parted, to each participant. */
  readonly operator: Readonly<Record<'abort' | 'retryNow' | 'resolve', number>>;
  /** How often the run is terminated and the transaction taken up again; once they have parted, of each. */
  readonly recoveries?: number;
  /** How many locks it asks for. */
  readonly locks?: number;
  /** How many requests fail or are lost with their worker; `Infinity` where any may. */
  readonly faults: number;
  /** Participants are followed together to the end (`split.ts`). */
  readonly whole?: boolean;
  /** A proxy repeats requests that were answered: any request may arrive again at any time. */
  readonly proxyRepeats?: boolean;
  /** A gateway answers 404 for a service that it cannot reach: PROTOCOL §2 forbids it. */
  readonly gateway404?: boolean;
  /** A participant says 429, once it is asked. */
  readonly throttles?: boolean;
  /** A participant does what it is asked, and its answer cannot be read (not HTTP, not JSON, too large). */
  readonly garbles?: boolean;
  /** A request may find no place among those in flight, time and again: nobody is asked. */
  readonly busy?: boolean;
  /** The first round may be part of the workflow's first task (`firstTask.ts`). */
  readonly fast?: boolean;
  /** A participant in doubt reads the decision at `statusUrl` and settles by it. */
  readonly asksForDecision?: boolean;
}

/** How an activity's part for one participant ended. */
export interface Result {
  readonly is: EndingKind;
  readonly code?: string;
}

/** One participant's part of an activity: a member of the round, or an activity of its own. */
export interface Work {
  readonly phase: Phase;
  readonly lane: Lane;
  readonly nth: number;
  /** Requests that are left; 0 is without end. */
  readonly limit: number;
  readonly requests: number;
  readonly exposure: Exposure;
  /** What an answer to commit or rollback is read by; none for prepare. */
  readonly standing?: ParticipantStanding;
  readonly cancelled: boolean;
  readonly result?: Result;
  /**
   * Of a round that began in the workflow's first task. `within`: asked by that task. `joined`: its request was in flight when the task was
   * over, and the round's activity waits for it. `lost`: that activity did not find it, and asks again.
   */
  readonly begun?: 'within' | 'joined' | 'lost';
}

/** What really happened between coordinator and participant: the checks judge by this, not by the core's opinion. */
export interface Facts {
  /** Requests of the phase that the service answered, or may have got. */
  readonly answered: Readonly<Record<Phase, boolean>>;
  /** Its yes came back whole and the engine has it. */
  readonly heardYes: boolean;
  /** So did its answer to commit. */
  readonly commitAcknowledged: boolean;
  /** The service itself answered a rollback request and is not in doubt after it. */
  readonly rollbackAnswered: boolean;
  /** Rollback requests that ended, and those that were lost with their worker; counted up to the configured attempts. */
  readonly rollbackTries: number;
  readonly rollbackEnded: boolean;
  /** Requests that were really tried, lost ones too, up to the configured attempts; where some may be busy. */
  readonly tried: Readonly<Record<Phase, number>>;
  /** Of the rollback requests that were sent after `quietAt`. */
  readonly lateSent: boolean;
  readonly lateAnswered: boolean;
  /** An operator settled it after `quietAt`. */
  readonly forcedLate: boolean;
}

/** Everything of one participant that is outside the core. */
export interface Side {
  readonly name: string;
  readonly kind: Kind;
  readonly service: ServiceState;
  /** A request of this phase was sent and may arrive at any time, or again: lost, delayed, or its sender is frozen. */
  readonly onTheWay: Readonly<Record<Phase, boolean>>;
  readonly works: readonly Work[];
  readonly facts: Facts;
}

export interface World {
  readonly t: Transaction;
  readonly time: Time;
  readonly sides: readonly Side[];
  readonly locks: readonly LockSide[];
  /** Activities for locks, under way or ended. */
  readonly lockWorks: readonly LockWork[];
  readonly faultsLeft: number;
  readonly operator: Scenario['operator'];
  readonly recoveriesLeft: number;
  /** Nothing of it is recorded yet: the first task, with a round in it, is under way. */
  readonly firstTask: boolean;
  /** A last task has told a lock of the end, and was lost. */
  readonly releasedEarly: boolean;
  /** A commit call's attempts ran out: the only reason to give up a provisional commit. */
  readonly commitSpent: boolean;
  /** Somebody who is looked at apart from these has the timer for `quietAt` started (`split.ts`). */
  readonly quietForOthers: boolean;
}

/** What a step works in: the scenario, and the core under test. */
export interface Setting {
  readonly scenario: Scenario;
  readonly core: Core;
}

const instants: Readonly<Record<Time, number>> = { 0: 500, 1: 1_000, 2: 2_000 };

export function now(world: World): number {
  return instants[world.time];
}

function nameOf(index: number): string {
  return `p${String(index + 1)}`;
}

export function acceptedFor(scenario: Scenario): Accepted {
  const target = (name: string) => {
    const at = (phase: Phase) => `http://${name}/${phase}`;
    const urls = { prepareUrl: at('prepare'), commitUrl: at('commit'), rollbackUrl: at('rollback') };
    return { name, ...urls, prepareTimeoutMs: 100, completionTimeoutMs: 100 };
  };
  const { onCommitFailure, prepareAttempts, completionAttempts } = scenario;
  const limits = {
    prepareAttempts,
    completionAttempts,
    retryInitialMs: 1,
    retryMaxMs: 1,
    attentionRetryMs: 1,
  };
  const participants = scenario.kinds.map((_, index) => target(nameOf(index)));
  const times = { createdAt: 0, decideBy: instants[1], quietAt: instants[2] };
  return { ...times, onCommitFailure, limits, participants, ...locksOf(scenario) };
}

/** They are overdue with the transaction itself: earlier, nothing else would be different. */
function locksOf({ locks = 0 }: Scenario): Pick<Accepted, 'locks'> {
  return locks === 0 ? {} : { locks: { asked: lockNames(locks).map(lockRequest), by: instants[1] } };
}

const never = { prepare: false, commit: false, rollback: false };

const nothing: Facts = {
  answered: never,
  heardYes: false,
  commitAcknowledged: false,
  rollbackAnswered: false,
  rollbackTries: 0,
  rollbackEnded: false,
  tried: { prepare: 0, commit: 0, rollback: 0 },
  lateSent: false,
  lateAnswered: false,
  forcedLate: false,
};

export function newSide(kind: Kind, index: number): Side {
  return { name: nameOf(index), kind, service: 'new', onTheWay: never, works: [], facts: nothing };
}

export function withSide(world: World, index: number, change: (side: Side) => Side): World {
  return { ...world, sides: world.sides.map((side, at) => (at === index ? change(side) : side)) };
}
