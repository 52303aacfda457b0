/**
 * Owns turning what is wanted into calls of the engine, and what came of them into events. Every option is deliberate
 * (docs/ARCHITECTURE.md, "Timeouts"). A lost activity means that nobody knows: everything may have happened in it. The same
 * where another program on the task queue gave a result (`results.ts`).
 *
 * I4: cancellation is waited for, so a call counts as open until its last request was answered or given up.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  CancelledFailure,
  TimeoutFailure,
  isCancellation,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import { type Failure, unknownExposure, workerLost } from '../../src/protocol/wire/answers';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending, type Event } from '../../src/protocol/transaction/events';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { isOwnFailure, lostToOthers, ownEnding, roundEndings } from '../../src/protocol/transaction/results';
import { type Activities, type RestInput, type RoundInput } from '../../src/protocol/transaction/steps';
import { type Backoff } from '../../src/protocol/wire/backoff';
import { acquireLocks, releaseLocks } from './performLocks';
import { type FirstRound } from './firstRound';
import { type FirstTask } from './firstTask';
import { type CallTraces } from './lookBack';
import { namesOf } from './names';
import { type Raised } from './raised';
import { tell } from './tell';
import { callInput, participantOf, requestTimeoutMs, requestOf } from './requests';
import { given } from '../../src/protocol/wire/given';

type Own = Extract<Wanted, { do: 'own' }>;
type Round = Extract<Wanted, { do: 'round' }>;

/** What of a run goes beyond its state. */
export interface OfRun {
  readonly traces: Pick<CallTraces, 'of'>;
  readonly task: FirstTask;
  readonly first: FirstRound;
  readonly attention: Pick<Raised, 'take'>;
  /** It has ended, and that is as good as recorded. */
  readonly isSure: () => boolean;
}

export async function perform(
  t: Transaction,
  wanted: Wanted,
  { task, first, isSure, ...ofRun }: OfRun,
): Promise<Event | undefined> {
  switch (wanted.do) {
    case 'round':
      return { type: 'callsEnded', phase: wanted.phase, endings: await performRound(t, wanted, first) };
    case 'own':
      return { type: 'callsEnded', phase: wanted.phase, endings: [await performOwn(t, wanted, ofRun)] };
    case 'awaitQuiet':
      return at(
        wanted.until,
        { type: 'quiet' },
        'until no prepare can be on its way: then one more rollback',
      );
    case 'awaitLocks':
      return at(wanted.until, { type: 'locksOverdue' }, 'until the time for acquiring locks is up');
    case 'acquireLocks':
      return { type: 'locksAnswered', nth: wanted.nth, ...(await acquireLocks(t.id, wanted, task)) };
    case 'releaseLocks':
      return releaseLocks(t.id, wanted, isSure());
    case 'tell':
      return tell(t, wanted);
  }
}

async function at(until: number, event: Event, summary: string): Promise<Event | undefined> {
  try {
    await sleep(Math.max(until - Date.now(), 1), { summary });
    return event;
  } catch (error) {
    if (isCancellation(error)) return undefined; // no longer wanted
    throw error;
  }
}

/**
 * Each heartbeat is a write of the engine. What is healthy is in rounds, and goes on soon where its worker is gone; who has been
 * without an answer once already can wait a little longer for that.
 */
const heartbeatTimeout = { round: 2_000, own: 5_000 };

/** Shared by both lanes: one request timeout, and as much for the wait for a place and for a worker that is slow to tell. */
function timeouts(t: Transaction, { do: lane, phase, key }: Own | Round, longestMs: number): ActivityOptions {
  const left = Math.max(t.accepted.decideBy - Date.now(), 1);
  return {
    activityId: key,
    startToCloseTimeout: 2 * longestMs + 1000,
    heartbeatTimeout: heartbeatTimeout[lane],
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(phase === 'prepare' ? { scheduleToCloseTimeout: left } : {}),
  };
}

async function performRound(t: Transaction, round: Round, first: FirstRound): Promise<readonly Ending[]> {
  const calls = round.to.map(name => callInput(t, participantOf(t, name), round.phase));
  const input = { ...requestOf(t), calls };
  if (first.isDue(round.phase))
    return first.perform(input, {
      limit: t.accepted.limits.prepareAttempts,
      rest: rest => askAll(t, round, rest),
    });
  return askAll(t, round, input);
}

/** The whole round, or the rest of one that began in the workflow's first task. */
async function askAll(
  t: Transaction,
  round: Round,
  input: RoundInput | RestInput,
): Promise<readonly Ending[]> {
  const { calls } = input;
  const activities = proxyActivities<Activities>({
    ...timeouts(t, round, Math.max(...calls.map(call => call.timeoutMs))),
    retry: { maximumAttempts: 1 },
    summary: namesOf(calls.map(call => call.participant)),
  });
  try {
    const asked = 'soFar' in input ? activities.prepareRest(input) : activities[`${round.phase}All`](input);
    return roundEndings(await asked, calls, round.phase);
  } catch (error) {
    const lost = lostEnding(error);
    return calls.map(({ participant, nth }) => ({
      ...lost,
      is: 'unavailable',
      participant,
      nth,
      requests: 1,
    }));
  }
}

async function performOwn(
  t: Transaction,
  own: Own,
  { traces, attention }: Pick<OfRun, 'traces' | 'attention'>,
): Promise<Ending> {
  const { phase, key, to, call } = own;
  const p = participantOf(t, to);
  const { limits } = t.accepted;
  const backoff = {
    initialMs: limits.retryInitialMs,
    maxMs: call.endless ? limits.attentionRetryMs : limits.retryMaxMs,
  };
  const activities = proxyActivities<Activities>({
    ...timeouts(t, own, requestTimeoutMs(p, phase)),
    retry: {
      initialInterval: backoff.initialMs,
      backoffCoefficient: 2,
      maximumInterval: Math.max(backoff.maxMs, backoff.initialMs),
    },
    summary: ownSummary(to, call),
  });
  const handover = given({ handover: call.handover });
  const input = {
    ...requestOf(t),
    ...handover,
    call: callInput(t, p, phase),
    sentBefore: call.sentBefore,
    backoff,
    ...requestLimit(t, { phase, call }),
    ...(call.endless && attention.take(to) ? { raised: true as const } : {}),
  };
  const asked = { participant: to, nth: call.nth };
  try {
    const ending = ownEnding(await activities[phase](input), asked, phase);
    return ending ?? (await notAtOnce(lostToOthers(asked), { phase, backoff }));
  } catch (error) {
    const trace = error instanceof ActivityFailure ? traces.of(key, error) : undefined;
    return { ...asked, ...failedEnding(error), ...trace };
  }
}

/** The next call may go to the same stranger, who answers at once: Temporal's backoff does not space whole calls. */
async function notAtOnce(
  lost: Ending,
  { phase, backoff }: { readonly phase: Phase; readonly backoff: Backoff },
): Promise<Ending> {
  if (phase === 'prepare') return lost; // it rolls back now: there is no next one
  try {
    await sleep(backoff.maxMs, { summary: 'another program gave the result of the request' });
  } catch (error) {
    if (!isCancellation(error)) throw error; // no longer wanted
  }
  return lost;
}

function ownSummary(to: string, { endless, late }: Own['call']): string {
  if (endless) return `${to}, needs attention: tried until it answers`;
  return late ? `${to}, once more: a late prepare may have arrived` : to;
}

/** How many requests the activity may send; Temporal's attempts count also those that found no place for one. */
function requestLimit(t: Transaction, { phase, call }: Pick<Own, 'phase' | 'call'>): { limit?: number } {
  if (call.endless) return {};
  if (call.once) return { limit: 1 };
  const { prepareAttempts, completionAttempts } = t.accepted.limits;
  const configured = phase === 'prepare' ? prepareAttempts : completionAttempts;
  return { limit: Math.max(configured - call.sentBefore, 1) };
}

type Came = Omit<Ending, 'participant' | 'nth'>;

function failedEnding(error: unknown): Came {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const came: Came =
    cause instanceof ApplicationFailure && isOwnFailure(cause.details?.[0])
      ? { is: 'spent', ...cause.details[0] }
      : lostEnding(error);
  return endedByTime(error) ? { ...came, outOfTime: true } : came;
}

/** Temporal does not begin an attempt that `scheduleToCloseTimeout` would cut off; prepares alone have one, to `decideBy`. */
function endedByTime(error: unknown): boolean {
  return error instanceof ActivityFailure && error.retryState === 'TIMEOUT';
}

/** Cancelled with nothing to tell, cut by the deadline, or lost with its worker: in each, anything may have been sent. */
function lostEnding(error: unknown): Came {
  if (!(error instanceof ActivityFailure)) throw error;
  const gaveUp = error.cause instanceof CancelledFailure;
  return {
    is: gaveUp ? 'gaveUp' : 'spent',
    why: whyLost(error.cause),
    exposure: unknownExposure,
    requests: 0,
  };
}

function whyLost(cause: Error | undefined): Failure {
  if (cause instanceof CancelledFailure) return { code: 'cancelled', message: 'the request was given up' };
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_CLOSE') {
    return { code: 'deadline', message: 'no vote before the deadline of the transaction' };
  }
  return { code: workerLost, message: 'the worker was lost during the request' };
}
