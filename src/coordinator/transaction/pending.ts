/** Owns what `describe` knows of calls that are under way: attempts, last failure and next time, by activity id. */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { decoded } from '../../engine/ask';
import { type OwnFailure, type Trace } from '../../protocol/transaction/steps';
import { readCallKey } from '../../protocol/transaction/callKeys';
import { inRound, soFarIn } from '../../protocol/transaction/soFar';
import { type Failure } from '../../protocol/wire/answers';
import { type ParticipantDocument, type TransactionDocument } from '../../protocol/client/document';
import { rfc3339 } from '../../engine/facts/time';
import { type Phase } from '../../protocol/wire/phases';
import { given } from '../../protocol/wire/given';

type Activity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type ApplicationFailureInfo = NonNullable<NonNullable<Activity['lastFailure']>['applicationFailureInfo']>;

export interface PendingCall {
  readonly phase: Phase;
  /** Absent: the round, over everyone. */
  readonly participant?: string;
  readonly activity: Activity;
}

export function pendingCalls({ raw }: WorkflowExecutionDescription): PendingCall[] {
  return (raw.pendingActivities ?? []).flatMap(activity => {
    const call = readCallKey(activity.activityId ?? '');
    return call === undefined ? [] : [{ ...call, activity }];
  });
}

/** The document with what the pending calls know. */
export function overlay(document: TransactionDocument, calls: readonly PendingCall[]): TransactionDocument {
  const asked = calls.reduce(withRound, document);
  const own = new Map(calls.map(call => [call.participant, call.activity]));
  const participants = asked.participants.map(p => {
    const activity = own.get(p.name);
    return activity === undefined ? p : withActivity(p, activity);
  });
  return { ...asked, participants };
}

/** Who is asked in a round, with what its heartbeats tell. One that no worker has begun asks nobody yet. */
function withRound(
  document: TransactionDocument,
  { phase, participant, activity }: PendingCall,
): TransactionDocument {
  if (participant !== undefined || !stateOf(activity).running) return document;
  const soFar = soFarIn(firstOf(activity.heartbeatDetails), phase);
  const came = new Map(soFar.map(each => [each.participant, each]));
  const participants = document.participants.map(p => inRound(p, phase, came.get(p.name)));
  return { ...document, participants };
}

/** temporal.api.enums.v1.PendingActivityState. `scheduled`: waiting for its next attempt, as opposed to in one. */
const scheduled = 1;
const paused = 4;

/** As the server says, of a call that somebody may have paused. */
export function stateOf({ state }: Activity): { readonly running: boolean; readonly paused: boolean } {
  const now = Number(state);
  return { running: now !== scheduled && now !== paused, paused: now === paused };
}

function withActivity(p: ParticipantDocument, activity: Activity): ParticipantDocument {
  const next = Number(activity.state) === scheduled ? rfc3339(activity.nextAttemptScheduleTime) : undefined;
  const nextAttemptAt = given({ nextAttemptAt: next });
  return { ...p, attempts: attemptsOf(p, activity), ...lastErrorOf(activity), ...nextAttemptAt };
}

/** Temporal's own count of attempts has those too that handed a failure over, or found no place for a request. */
function attemptsOf(p: ParticipantDocument, activity: Activity): number {
  const isUnderWay = Number(activity.state) !== scheduled;
  const sent = sentOf(activity);
  if (sent !== undefined) return p.attempts + sent.requests + (isUnderWay && !sent.withThis ? 1 : 0);
  return p.attempts + (activity.attempt ?? 1) - (p.attempts > 0 ? 1 : 0);
}

interface KnownSent {
  readonly requests: number;
  /** That of the attempt that is under way is among them. */
  readonly withThis: boolean;
}

/** What the activity said of the requests it sent: in its last heartbeat, or in its last failure. */
function sentOf({ heartbeatDetails, lastFailure, attempt }: Activity): KnownSent | undefined {
  const trace = firstOf(heartbeatDetails) as Partial<Trace> | undefined;
  if (trace?.requests !== undefined)
    return { requests: trace.requests, withThis: trace.over !== true && trace.attempt === attempt };
  const failure = firstOf(lastFailure?.applicationFailureInfo?.details) as Partial<OwnFailure> | undefined;
  return failure?.requests === undefined ? undefined : { requests: failure.requests, withThis: false };
}

/** Undefined also where it cannot be read: any worker on the task queue may have sent it, and then it tells nothing. */
function firstOf(payloads: Activity['heartbeatDetails']): unknown {
  const [payload] = payloads?.payloads ?? [];
  if (payload === undefined) return undefined;
  try {
    return decoded(payload);
  } catch {
    return undefined;
  }
}

function lastErrorOf({
  lastFailure,
  lastAttemptCompleteTime,
}: Activity): Pick<ParticipantDocument, 'lastError'> {
  const at = rfc3339(lastAttemptCompleteTime);
  if (lastFailure == null || at === undefined) return {};
  const { applicationFailureInfo: info, message } = lastFailure;
  if (info == null)
    return { lastError: { code: 'workerLost', message: 'the worker was lost during the request', at } };
  const status = statusOf(info);
  return {
    lastError: {
      code: info.type ?? 'workerLost',
      ...given({ status }),
      message: message ?? '',
      at,
    },
  };
}

/** The HTTP status, in what a straggler's activity says of its failed request. */
function statusOf(info: ApplicationFailureInfo): number | undefined {
  return (firstOf(info.details) as { readonly why?: Failure } | undefined)?.why?.status;
}

/** What a straggler's activity says with the failure of its last attempt; undefined where that one was lost, or did not fail. */
export function ownFailureOf({ lastFailure }: Activity): unknown {
  return firstOf(lastFailure?.applicationFailureInfo?.details);
}
