/**
 * Owns a straggler's activity: one participant, one phase, retried by Temporal with this file's waits. A meaning that ends
 * the call is a value; a participant that is unavailable throws, and the retry policy answers.
 *
 * I3, I4: the exposure of all attempts, lost ones included, travels in heartbeats and in the failure.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type Exposure, joinExposure } from '../../src/protocol/wire/answers';
import { backoffMs } from '../../src/protocol/wire/backoff';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { type Trace, exposureBefore, whileBeating } from '../heartbeat';
import { type CallInput, type OwnFailure, type OwnInput } from '../../src/protocol/transaction/steps';

export function ownActivity(sender: Sender, phase: Phase): (input: OwnInput) => Promise<Ending> {
  return async input => {
    const { info } = Context.current();
    const handedOver = input.handover === undefined ? 0 : 1;
    const requests = info.attempt - handedOver;
    const before = exposureBefore(1 + handedOver);
    if (input.handover !== undefined && info.attempt === 1) {
      throw retryLater(input, { why: input.handover, exposure: before, requests: 0 });
    }
    const trace: Trace = { attempt: info.attempt, over: false, exposure: before };
    const one = {
      ...input,
      call: afterEarlier(input.call, before),
      ...cancellation(),
      phase,
      attempt: input.sentBefore + requests,
    };
    const ending = await whileBeating(trace, () => sendOne(sender, one));
    const whole = { ...ending, requests, exposure: joinExposure(before, ending.exposure) };
    if (whole.is !== 'unavailable' || whole.why === undefined) return whole;
    Context.current().heartbeat({
      attempt: info.attempt,
      over: true,
      exposure: whole.exposure,
    } satisfies Trace);
    if (whole.why.code === 'deadline') return { ...whole, is: 'spent' };
    throw retryLater(input, { why: whole.why, exposure: whole.exposure, requests });
  };
}

/** The activity's own lost or unanswered rollbacks count as earlier ones too, when a 404 is read (PROTOCOL §2). */
function afterEarlier(call: CallInput, before: Exposure): CallInput {
  if (call.standing?.phase !== 'rollback' || !before.unanswered) return call;
  return { ...call, standing: { ...call.standing, mayHaveRolledBack: true } };
}

function retryLater(input: OwnInput, failure: OwnFailure): ApplicationFailure {
  const { why } = failure;
  const failures = input.sentBefore + failure.requests;
  return ApplicationFailure.create({
    type: why.code,
    message: why.message,
    details: [failure],
    nextRetryDelay: backoffMs(failures, input.backoff, Math.random(), why.retryAfterMs),
  });
}
