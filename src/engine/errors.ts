/**
 * Owns reading Temporal's errors by what they prove about a request that failed. Whatever does not speak of the request itself says
 * that Temporal cannot be had: the edge (`ask.ts`) makes one error of ours of all of those, with Temporal's own as its cause, and
 * everything here reads through causes.
 */
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { unreadableIn } from './encryption/unreadable';

/** gRPC status codes (google.rpc.Code). */
const code = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** Of the request, or of what it is about. */
const ofTheRequest: readonly number[] = [
  code.invalidArgument,
  code.notFound,
  code.alreadyExists,
  code.failedPrecondition,
];
/** Temporal does not take it from us. */
const ofOurRights: readonly number[] = [code.permissionDenied, code.unauthenticated, code.unimplemented];

/** Temporal cannot be reached, does not answer in time, or takes nothing from us: as opposed to a request that is wrong. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}

/** It is known why, and that is for callers to read. */
export class EngineInTrouble extends EngineUnavailable {}

/** What Temporal answers is encrypted with a key that this process does not have: its message says which, and what to do. */
export class PayloadUnreadable extends Error {
  override readonly name = 'PayloadUnreadable';
}

/** The bound of one call is over (`within`). Temporal's SDK may go on with it. */
export class NoAnswerInTime extends Error {
  override readonly name = 'NoAnswerInTime';
  constructor(readonly ms: number) {
    super(`no answer within ${String(ms)} ms`);
  }
}

/** What the edge throws for it. */
export function ours(error: unknown): unknown {
  if (error instanceof EngineUnavailable || error instanceof PayloadUnreadable) return error;
  const unreadable = unreadableIn(messages(error));
  if (unreadable !== undefined) return new PayloadUnreadable(unreadable);
  if (!isTransient(error)) return error;
  const what = isRefusal(error) ? 'Temporal refuses the coordinator' : 'Temporal does not answer';
  return new EngineUnavailable(what, { cause: error });
}

/** Of the workflow: where the whole namespace is gone, nothing is known of it. */
export function isNotFound(error: unknown): boolean {
  if (isWithoutNamespace(error)) return false;
  return error instanceof WorkflowNotFoundError || grpcCode(error) === code.notFound;
}

export function isTimeout(error: unknown): boolean {
  const found = grpcCode(error);
  return found === code.deadlineExceeded || found === code.cancelled || causes(error).some(isNoAnswer);
}

function isNoAnswer(error: Error): boolean {
  return error instanceof NoAnswerInTime;
}

/**
 * Nobody knows whether Temporal has the request. The SDK sends one again by itself for ten seconds and shows its last error alone, so
 * no text of an error proves that no try has arrived; it does not go on after a refusal, which is an answer to the request.
 */
export function mayHaveArrived(error: unknown): boolean {
  return isTransient(error) && !isRefusal(error);
}

function isRefusal(error: unknown): boolean {
  if (isWithoutNamespace(error)) return true;
  const found = grpcCode(error);
  return found !== undefined && (ofTheRequest.includes(found) || ofOurRights.includes(found));
}

/** A query of a workflow that no worker has begun, or for which none was seen lately; an update of one that takes none. */
export function isNotReady(error: unknown): boolean {
  return grpcCode(error) === code.failedPrecondition;
}

/** Temporal takes so many updates of one run (2,000), and none after them; signals it still takes. */
export function isOutOfUpdates(error: unknown): boolean {
  return grpcCode(error) === code.failedPrecondition && /number of distinct updates/i.test(messages(error));
}

/** A query or an update of a workflow that somebody paused. */
export function isPaused(error: unknown): boolean {
  if (error instanceof QueryRejectedError) return true;
  return grpcCode(error) === code.failedPrecondition && /paused/i.test(messages(error));
}

/** Temporal refused the work for now: nothing was done. */
export function isOverloaded(error: unknown): boolean {
  return grpcCode(error) === code.resourceExhausted;
}

/** Temporal says of the request that it is wrong. */
export function isInvalid(error: unknown): boolean {
  return grpcCode(error) === code.invalidArgument;
}

/** Temporal stores no more than that for one request (`limit.blobSize.error`). */
export function isTooLarge(error: unknown): boolean {
  return isInvalid(error) && /size|limit/i.test(messages(error));
}

/** One that is set, or asked for, is not in the namespace, or not of that type. */
export function isAboutSearchAttributes(error: unknown): boolean {
  return isInvalid(error) && /search ?attribute/i.test(messages(error));
}

/** Temporal is away, overloaded, slow, or takes nothing from us: as opposed to a request that is wrong. */
function isTransient(error: unknown): boolean {
  if (isTimeout(error) || isWithoutNamespace(error)) return true;
  const found = grpcCode(error);
  if (found !== undefined) return !ofTheRequest.includes(found);
  return causes(error).some(each => unnamed.some(kind => each instanceof kind));
}

/** Errors of calls, where there is no code. */
const unnamed = [EngineUnavailable, ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError] as const;

/** Of a request about the namespace itself: there is none of its name. */
export function isNamespaceMissing(error: unknown): boolean {
  return isWithoutNamespace(error) || grpcCode(error) === code.notFound;
}

/** The server does not allow it to us, or to anybody, or has no such service. */
export function isForbidden(error: unknown): boolean {
  const found = grpcCode(error);
  return found !== undefined && ofOurRights.includes(found);
}

/** It was deleted: requests succeed again once somebody has made it anew. */
function isWithoutNamespace(error: unknown): boolean {
  return causes(error).some(each => each instanceof NamespaceNotFoundError);
}

/** A query that a worker was given before it had the whole history: it says so, and to ask again. */
export function isAhead(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError;
}

/** A worker finished the workflow task that carried the update and did not look at it, as one that is being replayed may. */
function isUnprocessed(error: unknown): boolean {
  return updateFailure(error)?.type === 'UnprocessedUpdate';
}

/** The workflow closed while the update was on its way: it may have taken effect. */
function isOvertakenByEnd(error: unknown): boolean {
  return updateFailure(error)?.type === 'AcceptedUpdateCompletedWorkflow';
}

/** The same query or update may well be answered next time: what failed says nothing of it. */
export function isWorthRepeating(error: unknown): boolean {
  return [isTransient, isOvertakenByEnd, isUnprocessed, isAhead].some(is => is(error));
}

/** Why a workflow refused an update, or failed in it. */
export function updateFailure(
  error: unknown,
): { readonly type: string; readonly message: string } | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  return cause instanceof ApplicationFailure ? { type: cause.type ?? '', message: cause.message } : undefined;
}

function grpcCode(error: unknown): number | undefined {
  return causes(error).find(isGrpcServiceError)?.code;
}

/** In Temporal's own words. */
export function saidBy(error: unknown): string {
  return causes(error).find(isGrpcServiceError)?.details ?? '';
}

export function messages(error: unknown): string {
  return causes(error)
    .flatMap(each => [
      each.message,
      'details' in each && typeof each.details === 'string' ? each.details : '',
    ])
    .join(' ');
}

/** The error, its cause, and so on. */
function causes(error: unknown): Error[] {
  const all: Error[] = [];
  for (let each = error; each instanceof Error; each = each.cause) all.push(each);
  return all;
}
