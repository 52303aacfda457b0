/** Owns telling a call that the workflow gave up from one whose worker merely stops: the latter goes on elsewhere. */
import { Context } from '@temporalio/activity';
import { type OneCall } from './call';

export function cancellation(): Pick<OneCall, 'signal' | 'cancelRequested'> {
  const context = Context.current();
  return {
    signal: context.cancellationSignal,
    cancelRequested: () => context.cancellationDetails?.cancelRequested === true,
  };
}
