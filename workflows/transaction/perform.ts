/**
 * Owns turning what is wanted into calls of the engine, and what came of them into events. What is asked is made by `requests.ts`, what a
 * call that failed comes to is said by `failed.ts`: those two know no engine. Where another program on the task queue gave a result
 * (`results.ts`), everything may have happened, as in an activity that is lost.
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
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending, type Event } from '../../src/protocol/transaction/events';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { lostToOthers, ownEnding, roundEndings } from '../../src/protocol/transaction/results';
import { type Activities, type RestInput, type RoundInput } from '../../src/protocol/transaction/steps';
import { type Backoff } from '../../src/protocol/wire/backoff';
import { acquireLocks, releaseLocks } from './performLocks';
import { type FirstRound } from './firstRound';
import { type FirstTask } from './firstTask';
import { type CallTraces } from './lookBack';
import { namesOf } from './names';
import { type Raised } from './raised';
import { tell } from './tell';
import {
  callTimeouts,
  longestTimeoutMs,
  ownBackoff,
  ownInput,
  participantOf,
  requestTimeoutMs,
  roundInput,
} from './requests';
import { type CallFailure, failedOwn, lostRound } from './failed';

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

function options(t: Transaction, wanted: Own | Round, longestMs: number): ActivityOptions {
  return {
    activityId: wanted.key,
    ...callTimeouts(t, wanted, { longestMs, now: Date.now() }),
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
}

async function performRound(t: Transaction, round: Round, first: FirstRound): Promise<readonly Ending[]> {
  const input = roundInput(t, round);
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
    ...options(t, round, longestTimeoutMs(input)),
    retry: { maximumAttempts: 1 },
    summary: namesOf(calls.map(call => call.participant)),
  });
  try {
    const asked = 'soFar' in input ? activities.prepareRest(input) : activities[`${round.phase}All`](input);
    return roundEndings(await asked, calls, round.phase);
  } catch (error) {
    return lostRound(calls, failureOf(error));
  }
}

async function performOwn(
  t: Transaction,
  own: Own,
  { traces, attention }: Pick<OfRun, 'traces' | 'attention'>,
): Promise<Ending> {
  const { phase, key, to, call } = own;
  const p = participantOf(t, to);
  const backoff = ownBackoff(t, call);
  const activities = proxyActivities<Activities>({
    ...options(t, own, requestTimeoutMs(p, phase)),
    retry: {
      initialInterval: backoff.initialMs,
      backoffCoefficient: 2,
      maximumInterval: Math.max(backoff.maxMs, backoff.initialMs),
    },
    summary: ownSummary(to, call),
  });
  const input = ownInput(t, own, { raised: call.endless && attention.take(to) });
  const asked = { participant: to, nth: call.nth };
  try {
    const ending = ownEnding(await activities[phase](input), asked, phase);
    return ending ?? (await notAtOnce(lostToOthers(asked), { phase, backoff }));
  } catch (error) {
    const trace = error instanceof ActivityFailure ? traces.of(key, error) : undefined;
    return { ...asked, ...failedOwn(failureOf(error)), ...trace };
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

/** @throws what is none of an activity */
function failureOf(error: unknown): CallFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause, retryState } = error;
  // Temporal does not begin an attempt that `scheduleToCloseTimeout` would cut off; prepares alone have one, to `decideBy`
  const outOfTime = retryState === 'TIMEOUT';
  if (cause instanceof ApplicationFailure) return { is: 'failed', outOfTime, detail: cause.details?.[0] };
  if (cause instanceof CancelledFailure) return { is: 'cancelled', outOfTime };
  const atDeadline = cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_CLOSE';
  return { is: atDeadline ? 'deadline' : 'lost', outOfTime };
}
