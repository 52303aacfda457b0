/** Owns what `describe` knows of calls that are under way: attempts, last failure and next time, by activity id. */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { decoded } from '../../engine/ask';
import { type ShownCall } from '../../protocol/transaction/state';
import { type OwnFailure, type Trace } from '../../protocol/transaction/steps';
import { readCallKey } from '../../protocol/transaction/callKeys';
import { isFailure, isTime } from '../../protocol/transaction/results';
import { inRound, soFarIn } from '../../protocol/transaction/soFar';
import { type ParticipantDocument, type TransactionDocument } from '../../protocol/client/document';
import { rfc3339 } from '../../engine/facts/time';
import { type Ms, type Phase, timestamp } from '../../protocol/wire/phases';
import { membersOf } from '../../protocol/wire/shapes';
import { given } from '../../protocol/wire/given';

type Activity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type ApplicationFailureInfo = NonNullable<NonNullable<Activity['lastFailure']>['applicationFailureInfo']>;

export interface PendingCall {
  readonly phase: Phase;
  /** Absent: the round, over everyone. */
  readonly participant?: string;
  readonly activity: Activity;
}

/** One of each participant, the newest: an earlier one, of which no end came, may be open in Temporal though nobody wants it any more. */
export function pendingCalls({ raw }: WorkflowExecutionDescription): PendingCall[] {
  const calls = (raw.pendingActivities ?? []).flatMap(activity => {
    const call = readCallKey(activity.activityId ?? '');
    return call === undefined ? [] : [{ ...call, activity }];
  });
  const newest = new Map<string | undefined, number>();
  for (const { participant, nth = 0 } of calls)
    newest.set(participant, Math.max(nth, newest.get(participant) ?? 0));
  return calls.filter(({ participant, nth = 0 }) => newest.get(participant) === nth);
}

/** What a transaction told of itself. */
export interface Told {
  readonly document: TransactionDocument;
  /** The own calls that are open in it, by their keys; absent where it does not say. */
  readonly open?: readonly string[];
}

/** With what `describe` showed right before. Of a call that has ended since, the document has everything: it is not counted again. */
export function overlaid({ document, open }: Told, calls: readonly PendingCall[]): TransactionDocument {
  const isOpen = ({ participant, activity }: PendingCall): boolean =>
    participant === undefined || open === undefined || open.includes(activity.activityId ?? '');
  return overlay(document, calls.filter(isOpen));
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

/** The same of own calls that have ended since they were seen: no next attempt comes. */
export function overlayEnded(
  document: TransactionDocument,
  calls: readonly PendingCall[],
): TransactionDocument {
  const own = new Map(calls.map(call => [call.participant, call.activity]));
  const participants = document.participants.map(p => {
    const activity = own.get(p.name);
    return activity === undefined ? p : { ...p, attempts: attemptsOf(p, activity), ...lastErrorOf(activity) };
  });
  return { ...document, participants };
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
  return p.attempts + requestsOf(activity, { isHandedOver: p.attempts > 0 });
}

function requestsOf(activity: Activity, { isHandedOver }: { readonly isHandedOver: boolean }): number {
  const { running } = stateOf(activity);
  const sent = sentOf(activity);
  if (sent !== undefined) return sent.requests + (running && !sent.withThis ? 1 : 0);
  return (activity.attempt ?? 1) - (isHandedOver ? 1 : 0);
}

/** What is known of it that its end will not tell, where it is cut off: so many requests at least. */
export function shownOf(activity: Activity): ShownCall {
  const { lastError } = lastErrorOf(activity);
  const failure = lastError === undefined ? undefined : { ...lastError, at: Date.parse(lastError.at) };
  const requests = requestsOf(activity, { isHandedOver: true });
  return { key: activity.activityId ?? '', requests, ...given({ failure }) };
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
  if (lastFailure == null) return {};
  const { applicationFailureInfo: info, message } = lastFailure;
  const said = saidIn(info);
  const at = said.at === undefined ? rfc3339(lastAttemptCompleteTime) : timestamp(said.at);
  if (at === undefined) return {};
  if (info == null)
    return { lastError: { code: 'workerLost', message: 'the worker was lost during the request', at } };
  return {
    lastError: {
      code: info.type ?? 'workerLost',
      ...given({ status: said.status }),
      message: message ?? '',
      at,
    },
  };
}

/** What a straggler's activity says of its failed request besides. */
function saidIn(info: ApplicationFailureInfo | null | undefined): {
  readonly status?: number;
  readonly at?: Ms;
} {
  const { why, at } = membersOf(firstOf(info?.details));
  return given({ status: isFailure(why) ? why.status : undefined, at: isTime(at) ? at : undefined });
}

/** What a straggler's activity says with the failure of its last attempt; undefined where that one was lost, or did not fail. */
export function ownFailureOf({ lastFailure }: Activity): unknown {
  return firstOf(lastFailure?.applicationFailureInfo?.details);
}
