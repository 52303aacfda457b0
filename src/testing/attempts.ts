/**
 * Owns what Temporal does with an activity, in memory: attempts, waits between them, a worker that is lost and not heard of until its
 * heartbeat is missed. What the activity itself does is the production code (`activities/transaction/{round,own}.ts`).
 */
import { type Attempt } from '../../activities/transaction/attempt';
import { type OwnSender, ownCall } from '../../activities/transaction/own';
import { askRound } from '../../activities/transaction/round';
import { type CallTrace, type OwnFailure } from '../protocol/transaction/steps';
import { type Call, type Participant, type Transaction } from '../protocol/transaction/state';
import { type Ending } from '../protocol/transaction/events';
import { countsOn, isWorthALook, traceOf } from '../protocol/transaction/lookBack';
import { lostToOthers, ownEnding, roundEndings } from '../protocol/transaction/results';
import { type Wanted } from '../protocol/transaction/wanted';
import { type Ms } from '../protocol/wire/phases';
import { type CallFailure, failedOwn, lostRound } from '../../workflows/transaction/failed';
import {
  callTimeouts,
  longestTimeoutMs,
  ownBackoff,
  ownInput,
  participantOf,
  requestTimeoutMs,
  roundInput,
} from '../../workflows/transaction/requests';
import { type VirtualClock } from './clock';

/** The process that runs the activities. */
export class Worker {
  #life = new AbortController();

  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** It dies, and another takes its place. */
  lose(): void {
    const old = this.#life;
    this.#life = new AbortController();
    old.abort();
  }
}

export interface Engine {
  readonly clock: VirtualClock;
  readonly worker: Worker;
  readonly sender: OwnSender;
}

type Own = Extract<Wanted, { do: 'own' }>;
type Round = Extract<Wanted, { do: 'round' }>;

interface Times {
  readonly startToCloseTimeout: Ms;
  readonly heartbeatTimeout: Ms;
  readonly scheduleToCloseTimeout?: Ms;
}

type Came<T> =
  | { readonly is: 'ended'; readonly value: T }
  | { readonly is: 'again'; readonly failure: OwnFailure; readonly delayMs: Ms }
  | { readonly is: 'lost' | 'deadline' };

class Again extends Error {
  constructor(
    readonly failure: OwnFailure,
    readonly delayMs: Ms,
  ) {
    super(failure.why.message);
  }
}

interface Trying {
  readonly nth: number;
  readonly times: Times;
  readonly giveUp: AbortSignal;
  /** What the attempts have told. */
  readonly trail: { details: unknown };
}

function attemptAt<T>(
  { clock, worker }: Engine,
  { nth, times, giveUp, trail }: Trying,
  work: (attempt: Attempt) => Promise<T>,
): Promise<Came<T>> {
  const { life } = worker;
  const attempt: Attempt = {
    attempt: nth,
    heartbeatDetails: trail.details,
    cancellation: { signal: giveUp, cancelRequested: () => giveUp.aborted },
    heartbeat: details => {
      if (!life.aborted) trail.details = details;
    },
    whileBeating: (_details, beating) => beating(), // none is over half a heartbeat timeout before it is lost: that tells nothing
    again: (failure, delayMs) => new Again(failure, delayMs),
    comeSooner: () => undefined, // nobody waits for a place here
  };
  return new Promise((resolve, reject) => {
    const timers: (() => void)[] = [];
    const end = (came: Came<T>): void => {
      life.removeEventListener('abort', lose);
      timers.forEach(takeBack => {
        takeBack();
      });
      resolve(came);
    };
    const lose = (): void => {
      timers.push(
        clock.after(times.heartbeatTimeout, () => {
          end({ is: 'lost' });
        }),
      );
    };
    life.addEventListener('abort', lose);
    timers.push(
      clock.after(times.startToCloseTimeout, () => {
        end({ is: 'lost' });
      }),
    );
    if (times.scheduleToCloseTimeout !== undefined)
      timers.push(
        clock.after(times.scheduleToCloseTimeout, () => {
          end({ is: 'deadline' });
        }),
      );
    work(attempt).then(
      value => {
        if (!life.aborted) end({ is: 'ended', value });
      },
      (error: unknown) => {
        if (life.aborted) return;
        if (error instanceof Again) end({ is: 'again', failure: error.failure, delayMs: error.delayMs });
        else reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

/** One attempt, never another. */
export async function performRound(
  engine: Engine,
  { t, work, giveUp }: { readonly t: Transaction; readonly work: Round; readonly giveUp: AbortSignal },
): Promise<readonly Ending[]> {
  const { phase } = work;
  const input = roundInput(t, work);
  const times = callTimeouts(t, work, { longestMs: longestTimeoutMs(input), now: engine.clock.now() });
  const trying = { nth: 1, times, giveUp, trail: { details: undefined } };
  const came = await attemptAt(engine, trying, attempt => askRound(engine.sender, { phase, input }, attempt));
  if (came.is === 'ended') return roundEndings(came.value, input.calls, phase);
  return lostRound(input.calls, { is: came.is === 'deadline' ? 'deadline' : 'lost', outOfTime: false });
}

/** Attempts until one ends it, its time is up or it is given up. */
export async function performOwn(engine: Engine, { t, work, giveUp, state }: OwnWork): Promise<Ending> {
  const { phase, to, call } = work;
  const input = ownInput(t, work, { raised: false });
  const p = participantOf(t, to);
  const asked = { participant: to, nth: call.nth };
  const { clock, sender } = engine;
  const endBy = phase === 'prepare' ? t.accepted.decideBy : Infinity;
  const trail: Trying['trail'] = { details: undefined };
  for (let nth = 1; ; nth++) {
    const times = timesOf(t, work, { p, now: clock.now() });
    const came = await attemptAt(engine, { nth, times, giveUp, trail }, attempt =>
      ownCall(sender, { phase, input }, attempt),
    );
    if (came.is === 'ended') return ownEnding(came.value, asked, phase) ?? lostToOthers(asked);
    if (came.is === 'deadline') return { ...asked, ...failedOwn({ is: 'deadline', outOfTime: true }) };
    if (isGivenUp(giveUp)) return { ...asked, ...cutOff, ...traced(came, { t: state(), work }) };
    const delayMs = came.is === 'again' ? came.delayMs : retryDelay(t, call, nth);
    const failure: CallFailure =
      came.is === 'again'
        ? { is: 'failed', detail: came.failure, outOfTime: true }
        : { is: 'lost', outOfTime: true };
    if (clock.now() + delayMs >= endBy) return { ...asked, ...failedOwn(failure) };
    await clock.sleep(delayMs, giveUp);
    if (isGivenUp(giveUp)) return { ...asked, ...cutOff, ...traced(came, { t: state(), work }) };
  }
}

const cutOff = failedOwn({ is: 'cancelled', outOfTime: false });

/** By now: it may come during any wait. */
function isGivenUp({ aborted }: AbortSignal): boolean {
  return aborted;
}

export interface OwnWork {
  readonly t: Transaction;
  readonly work: Own;
  readonly giveUp: AbortSignal;
  readonly state: () => Transaction;
}

function timesOf(
  t: Transaction,
  work: Own,
  { p, now }: { readonly p: Participant; readonly now: Ms },
): Times {
  return callTimeouts(t, work, { longestMs: requestTimeoutMs(p, work.phase), now });
}

/** Temporal's own, where an attempt did not say. */
function retryDelay(t: Transaction, call: Call, nth: number): Ms {
  const { initialMs, maxMs } = ownBackoff(t, call);
  return Math.min(initialMs * 2 ** Math.min(nth - 1, 30), Math.max(maxMs, initialMs));
}

/** What the driver learns by its last look, between two attempts (`protocol/transaction/lookBack.ts`). */
function traced(
  came: Came<Ending>,
  { t, work }: { readonly t: Transaction; readonly work: Own },
): CallTrace | undefined {
  if (came.is !== 'again' || !(isWorthALook(t, work.phase) || countsOn(t, work.to))) return undefined;
  return traceOf({ running: false, paused: true, failure: came.failure });
}
