/**
 * Owns a straggler's activity: one participant, one phase, retried by Temporal with this file's waits. A meaning that ends
 * the call is a value, and so is that its requests are used up; a participant that is unavailable throws, and the retry policy
 * answers. One that finds no place for its request (*busy*) throws too, and counts as no request: it comes again at its turn, or
 * when it is called back.
 *
 * I3, I4: the exposure of all attempts, lost ones included, travels in heartbeats and in the failure, and with it how many
 * requests were sent.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type Exposure, busy, joinExposure, workerLost } from '../../src/protocol/wire/answers';
import { backoffMs } from '../../src/protocol/wire/backoff';
import { given } from '../../src/protocol/wire/given';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { hostOf } from '../../src/protocol/wire/urls';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { comeSooner } from '../comeSooner';
import { sentBefore, whileBeating } from '../heartbeat';
import {
  type CallInput,
  type OwnFailure,
  type OwnInput,
  type Sent,
  type Trace,
} from '../../src/protocol/transaction/steps';

/** Of one that finds no place again and again, where few wait for their turn. */
const busyBackoff = { initialMs: 200, maxMs: 5_000 };

export function ownActivity(sender: Sender, phase: Phase): (input: OwnInput) => Promise<Ending> {
  return async input => {
    const { info } = Context.current();
    if (input.raised === true && info.attempt === 1) sender.onAttention?.(hostOf(input.call.url));
    const before = sentBefore(input.handover === undefined ? 1 : 2);
    if (input.handover !== undefined && info.attempt === 1) {
      const { at = Date.now(), ...why } = input.handover;
      const failure = { why, exposure: before.exposure, requests: 0, at };
      throw retryLater(sender, input, { failure, busyTimes: 1 });
    }
    if (isUsedUp(input, before)) return spentByLoss(input, before);
    const one = {
      ...input,
      call: afterEarlier(input.call, before.exposure),
      ...cancellation(),
      phase,
      attempt: input.sentBefore + before.requests + 1,
    };
    const running = { ...before, attempt: info.attempt, over: false, requests: before.requests + 1 };
    const ending = await whileBeating(
      () => running satisfies Trace,
      () => sendOne(sender, one),
    );
    const at = Date.now();
    const sent = sentAfter(before, ending, at);
    const { requests, exposure } = sent;
    const whole = { ...ending, requests, exposure, ...given({ failed: before.failed }) };
    if (whole.is !== 'unavailable' || whole.why === undefined) return whole;
    Context.current().heartbeat({ ...sent, attempt: info.attempt, over: true } satisfies Trace);
    if (whole.why.code === 'deadline' || isUsedUp(input, sent)) return { ...whole, is: 'spent' };
    const failure = { why: whole.why, requests, exposure, at };
    throw retryLater(sender, input, { failure, busyTimes: sent.busy });
  };
}

function sentAfter(before: Sent, { exposure, requests, why }: Ending, at: Ms): Sent {
  const failed = why === undefined || why.code === busy ? before.failed : { ...why, at };
  return {
    ...given({ failed }),
    exposure: joinExposure(before.exposure, exposure),
    requests: before.requests + requests,
    busy: why?.code === busy ? before.busy + 1 : 0,
  };
}

function isUsedUp({ limit }: OwnInput, { requests }: Sent): boolean {
  return limit !== undefined && requests >= limit;
}

/** The last request was lost with its worker, and there is none left. */
function spentByLoss({ call }: OwnInput, { exposure, requests }: Sent): Ending {
  const why = { code: workerLost, message: 'the worker was lost during the request' };
  return { participant: call.participant, nth: call.nth, is: 'spent', why, exposure, requests };
}

/** The activity's own lost or unanswered rollbacks count as earlier ones too, when a 404 is read (PROTOCOL §2). */
function afterEarlier(call: CallInput, before: Exposure): CallInput {
  if (call.standing?.phase !== 'rollback' || !before.unanswered) return call;
  return { ...call, standing: { ...call.standing, mayHaveRolledBack: true } };
}

/** @param busyTimes one after the other, where it is busy now. */
function retryLater(
  sender: Sender,
  { call, sentBefore: earlier, backoff }: OwnInput,
  { failure, busyTimes }: { readonly failure: OwnFailure; readonly busyTimes: number },
): ApplicationFailure {
  const { why, requests } = failure;
  const { code, message, retryAfterMs = 0 } = why;
  const details: OwnFailure[] = [failure];
  if (code !== busy) {
    const nextRetryDelay = backoffMs(earlier + requests, backoff, Math.random(), retryAfterMs);
    return ApplicationFailure.create({ type: code, message, details, nextRetryDelay });
  }
  const waitMs = Math.max(retryAfterMs, backoffMs(busyTimes, busyBackoff, Math.random()));
  comeSooner(sender, { url: call.url, waitMs, initialMs: backoff.initialMs });
  return ApplicationFailure.create({ type: code, message, details, nextRetryDelay: waitMs });
}
