/** What errors of Temporal's SDK prove, for every gRPC code there is: none but a refusal says that a request has not arrived. */
import {
  ApplicationFailure,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import {
  EngineUnavailable,
  NoAnswerInTime,
  isNotFound,
  isTimeout,
  isWorthRepeating,
  mayHaveArrived,
  ours,
} from '../../src/engine/errors';
import { retried } from '../../src/engine/sdkLog';

/** As `NativeConnection` rejects, wrapped as the client does. */
function grpc(code: number, details = 'said so'): ServiceError {
  const cause = Object.assign(new Error(details), { code, details, metadata: {} });
  return new ServiceError('Failed to start Workflow', { cause });
}

/** google.rpc.Code */
const refusals = { INVALID_ARGUMENT: 3, NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 };
const closedDoors = { PERMISSION_DENIED: 7, UNIMPLEMENTED: 12, UNAUTHENTICATED: 16 };
const anythingElse = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  'a code to come': 17,
};

it.each(Object.entries(refusals))('%s speaks of the request, and stays what it is', (_, code) => {
  const error = grpc(code);
  expect(ours(error)).toBe(error);
  expect(mayHaveArrived(error)).toBe(false);
});

it.each(Object.entries(closedDoors))(
  '%s: Temporal takes nothing from us, and nothing was done',
  (_, code) => {
    expect(ours(grpc(code))).toBeInstanceOf(EngineUnavailable);
    expect(mayHaveArrived(ours(grpc(code)))).toBe(false);
  },
);

it.each(Object.entries(anythingElse))(
  '%s: Temporal cannot be had, and the request may have arrived',
  (_, code) => {
    // no text helps: an earlier try of the same call may have got through
    const error = ours(grpc(code, 'tcp connect error: Connection refused'));
    expect(error).toBeInstanceOf(EngineUnavailable);
    expect(mayHaveArrived(error)).toBe(true);
    expect(isWorthRepeating(error)).toBe(true);
  },
);

it('a bound that has passed is a timeout, of a request that may have arrived', () => {
  const error = ours(new NoAnswerInTime(900));
  expect(error).toBeInstanceOf(EngineUnavailable);
  expect([isTimeout(error), mayHaveArrived(error)]).toEqual([true, true]);
});

it('what the SDK cannot name is no bug of ours', () => {
  const cause = new Error('Client already closed');
  const unnamed = new ServiceError('Unexpected error while making gRPC request', { cause });
  expect(ours(unnamed)).toBeInstanceOf(EngineUnavailable);
  const update = new WorkflowUpdateRPCTimeoutOrCancelledError('cancelled', { cause: new Error('cancelled') });
  expect(ours(update)).toBeInstanceOf(EngineUnavailable);
});

it('a bug is a bug', () => {
  const bug = new TypeError('x is undefined');
  expect(ours(bug)).toBe(bug);
  expect([mayHaveArrived(bug), isWorthRepeating(bug)]).toEqual([false, false]);
});

it('a namespace that is gone says nothing of the workflow', () => {
  const error = new NamespaceNotFoundError('bank');
  expect(ours(error)).toBeInstanceOf(EngineUnavailable);
  expect([isNotFound(error), mayHaveArrived(error)]).toEqual([false, false]);
});

it.each(['UnprocessedUpdate', 'AcceptedUpdateCompletedWorkflow'])(
  'an update that failed as %s is sent again, under its id',
  type => {
    const cause = ApplicationFailure.create({ type, message: 'look again' });
    expect(isWorthRepeating(new WorkflowUpdateFailedError('Workflow Update failed', cause))).toBe(true);
    const refused = ApplicationFailure.create({ type: 'Conflict', message: 'it has ended' });
    expect(isWorthRepeating(new WorkflowUpdateFailedError('Workflow Update failed', refused))).toBe(false);
  },
);

it('a repeated call is said in plain words', () => {
  const status =
    'Status { code: Unavailable, message: "shard status unknown", metadata: MetadataMap { headers: {} }, source: None }';
  expect(retried('gRPC call start_workflow_execution retried 8 times', status)).toBe(
    'Temporal does not answer start_workflow_execution (Unavailable: shard status unknown): trying again',
  );
  expect(retried('something else', undefined)).toBe('Temporal does not answer a call: trying again');
});
