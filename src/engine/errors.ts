/** Owns reading Temporal's errors by what they prove about a request that failed. */
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

/** gRPC status codes (google.rpc.Code). */
const code = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

/** Of the workflow: where the whole namespace is gone, nothing is known of it. */
export function isNotFound(error: unknown): boolean {
  if (isWithoutNamespace(error)) return false;
  return error instanceof WorkflowNotFoundError || grpcCode(error) === code.notFound;
}

export function isTimeout(error: unknown): boolean {
  const found = grpcCode(error);
  return found === code.deadlineExceeded || found === code.cancelled;
}

/** No connection was made, so nothing was done. */
export function neverReached(error: unknown): boolean {
  return grpcCode(error) === code.unavailable && /connect|dns error/i.test(messages(error));
}

/** A query of a workflow that no worker has begun, or for which none was seen lately. */
export function isNotReady(error: unknown): boolean {
  return grpcCode(error) === code.failedPrecondition;
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

/** Temporal stores no more than that for one request (`limit.blobSize.error`). */
export function isTooLarge(error: unknown): boolean {
  return grpcCode(error) === code.invalidArgument && /size|limit/i.test(messages(error));
}

/** Temporal is away, overloaded or slow: as opposed to a request that is wrong. */
export function isTransient(error: unknown): boolean {
  return (
    isTimeout(error) ||
    isOverloaded(error) ||
    grpcCode(error) === code.unavailable ||
    isWithoutNamespace(error)
  );
}

/** It was deleted: requests succeed again once somebody has made it anew. */
function isWithoutNamespace(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof NamespaceNotFoundError) return true;
  return false;
}

/** As `isTransient`, of an update: also where nobody answered it in time, or the workflow closed while it was on its way. */
export function isPassing(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  if (error instanceof WorkflowUpdateFailedError)
    return updateFailure(error)?.type === 'AcceptedUpdateCompletedWorkflow';
  return isTransient(error) || grpcCode(error) === code.aborted;
}

/** A query that a worker was given before it had the whole history: it says so, and to ask again. */
export function isAhead(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError;
}

/** A worker finished the workflow task that carried the update and did not look at it, as one that is being replayed may. */
export function isUnprocessed(error: unknown): boolean {
  return updateFailure(error)?.type === 'UnprocessedUpdate';
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
  for (let each = error; each instanceof Error; each = each.cause)
    if (isGrpcServiceError(each)) return each.code;
  return undefined;
}

function messages(error: unknown): string {
  const all: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    all.push(each.message, 'details' in each && typeof each.details === 'string' ? each.details : '');
  }
  return all.join(' ');
}
