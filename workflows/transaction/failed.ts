/**
 * Owns what a call comes to that ended in a failure of its activity, in no engine's terms. A lost activity means that nobody knows:
 * everything may have happened in it.
 */
import { type Failure, unknownExposure, workerLost } from '../../src/protocol/wire/answers';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Asked, isOwnFailure } from '../../src/protocol/transaction/results';

/**
 * How an activity failed. `failed`: with what its last attempt threw. `cancelled`: given up, with nothing to tell. `deadline`: cut off at
 * its time. `lost`: nothing was heard of it.
 */
export type CallFailure = {
  /** It was not tried again because that would have been after its time. */
  readonly outOfTime: boolean;
} & (
  { readonly is: 'failed'; readonly detail: unknown } | { readonly is: 'cancelled' | 'deadline' | 'lost' }
);

type Came = Omit<Ending, 'participant' | 'nth'>;

export function failedOwn(failure: CallFailure): Came {
  const came: Came =
    failure.is === 'failed' && isOwnFailure(failure.detail)
      ? { is: 'spent', ...failure.detail }
      : lostCall(failure);
  return failure.outOfTime ? { ...came, outOfTime: true } : came;
}

export function lostRound(calls: readonly Asked[], failure: CallFailure): readonly Ending[] {
  const lost = lostCall(failure);
  return calls.map(({ participant, nth }) => ({
    ...lost,
    is: 'unavailable',
    participant,
    nth,
    requests: 1,
  }));
}

/** Cancelled with nothing to tell, cut by the deadline, or lost with its worker: in each, anything may have been sent. */
function lostCall({ is }: CallFailure): Came {
  return {
    is: is === 'cancelled' ? 'gaveUp' : 'spent',
    why: whyLost(is),
    exposure: unknownExposure,
    requests: 0,
  };
}

function whyLost(is: CallFailure['is']): Failure {
  if (is === 'cancelled') return { code: 'cancelled', message: 'the request was given up' };
  if (is === 'deadline')
    return { code: 'deadline', message: 'no vote before the deadline of the transaction' };
  return { code: workerLost, message: 'the worker was lost during the request' };
}
