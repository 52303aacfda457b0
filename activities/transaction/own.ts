/**
 * Owns a straggler's activity: one participant, one phase, retried by Temporal with this file's waits. A meaning that ends
 * the call is a value, and so is that its requests are used up; a participant that is unavailable throws, and the retry policy
 * answers. One that finds no place for its request (*busy*) throws too, and counts as no request: it comes again at its turn, or
 * when it is called back.
 *
 * I3, I4: the exposure of all attempts, lost ones included, travels in heartbeats and in the failure, and with it how many
 * requests were sent.
 */
import { type Exposure, busy, joinExposure, workerLost } from '../../src/protocol/wire/answers';
import { backoffMs } from '../../src/protocol/wire/backoff';
import { given } from '../../src/protocol/wire/given';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { hostOf } from '../../src/protocol/wire/urls';
import { type Ending } from '../../src/protocol/transaction/events';
import { type CallSender, sendOne } from './call';
import { type Attempt } from './attempt';
import { sentBefore } from './sentBefore';
import {
  type CallInput,
  type OwnFailure,
  type OwnInput,
  type Sent,
  type Trace,
} from '../../src/protocol/transaction/steps';

export interface OwnSender extends CallSender {
  /** Told once of each participant that has come to need attention. */
  readonly onAttention?: (host: string) => void;
  /** In [0, 1), for the waits; the process's own where absent. */
  readonly random?: () => number;
}

/** Of one that finds no place again and again, where few wait for their turn. */
const busyBackoff = { initialMs: 200, maxMs: 5_000 };

export async function ownCall(
  sender: OwnSender,
  { phase, input }: { readonly phase: Phase; readonly input: OwnInput },
  attempt: Attempt,
): Promise<Ending> {
  const now = sender.now ?? Date.now;
  if (input.raised === true && attempt.attempt === 1) sender.onAttention?.(hostOf(input.call.url));
  const before = sentBefore(attempt, input.handover === undefined ? 1 : 2);
  const later = (again: Again): Error =>
    retryLater(input, again, { attempt, ...given({ random: sender.random }) });
  if (input.handover !== undefined && attempt.attempt === 1) {
    const { at = now(), ...why } = input.handover;
    throw later({ failure: { why, exposure: before.exposure, requests: 0, at }, busyTimes: 1 });
  }
  if (isUsedUp(input, before)) return spentByLoss(input, before);
  const one = {
    ...input,
    call: afterEarlier(input.call, before.exposure),
    ...attempt.cancellation,
    phase,
    attempt: input.sentBefore + before.requests + 1,
  };
  const running = { ...before, attempt: attempt.attempt, over: false, requests: before.requests + 1 };
  const ending = await attempt.whileBeating(
    () => running satisfies Trace,
    () => sendOne(sender, one),
  );
  const at = now();
  const sent = sentAfter(before, ending, at);
  const { requests, exposure } = sent;
  const whole = { ...ending, requests, exposure, ...given({ failed: before.failed }) };
  if (whole.is !== 'unavailable' || whole.why === undefined) return whole;
  attempt.heartbeat({ ...sent, attempt: attempt.attempt, over: true } satisfies Trace);
  if (whole.why.code === 'deadline' || isUsedUp(input, sent)) return { ...whole, is: 'spent' };
  throw later({ failure: { why: whole.why, requests, exposure, at }, busyTimes: sent.busy });
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

interface Again {
  readonly failure: OwnFailure;
  /** One after the other, where it is busy now. */
  readonly busyTimes: number;
}

function retryLater(
  { call, sentBefore: earlier, backoff }: OwnInput,
  { failure, busyTimes }: Again,
  { attempt, random = Math.random }: { readonly attempt: Attempt } & Pick<OwnSender, 'random'>,
): Error {
  const { why, requests } = failure;
  const { code, retryAfterMs = 0 } = why;
  if (code !== busy)
    return attempt.again(failure, backoffMs(earlier + requests, backoff, random(), retryAfterMs));
  const waitMs = Math.max(retryAfterMs, backoffMs(busyTimes, busyBackoff, random()));
  attempt.comeSooner({ url: call.url, waitMs, initialMs: backoff.initialMs });
  return attempt.again(failure, waitMs);
}
