/** Owns the attempt at an activity that Temporal gave to this worker, as the judgement of answers sees it (`attempt.ts`). */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type Sooner, comeSooner } from '../comeSooner';
import { whileBeating } from '../heartbeat';
import { type OwnFailure } from '../../src/protocol/transaction/steps';
import { type Attempt } from './attempt';
import { cancellation } from './cancellation';

/** @param sooner what calls it back; nobody does where absent */
export function temporalAttempt(sooner?: Sooner): Attempt {
  const context = Context.current();
  const { attempt } = context.info;
  const heartbeatDetails: unknown = context.info.heartbeatDetails;
  return {
    attempt,
    heartbeatDetails,
    cancellation: cancellation(),
    heartbeat: details => {
      context.heartbeat(details);
    },
    whileBeating,
    again: (failure, nextRetryDelay) => {
      const { code, message } = failure.why;
      const details: OwnFailure[] = [failure];
      return ApplicationFailure.create({ type: code, message, details, nextRetryDelay });
    },
    comeSooner: asleep => {
      if (sooner !== undefined) comeSooner(sooner, asleep);
    },
  };
}
