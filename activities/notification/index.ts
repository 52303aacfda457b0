/**
 * Owns telling a receiver: one request an attempt, built from the activity's input alone (I7), and the meaning of its answer. What ends
 * the notification is a value, its being given up too; everything else throws, and Temporal repeats it with this file's waits.
 *
 * I9: it goes out by an `Outbound` of its own, so that a receiver in trouble takes no place of a participant's.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { type Outbound } from '../../src/outbound/contract';
import { readReceipt } from '../../src/protocol/notification/answers';
import {
  type NotificationActivities,
  type NotifyFailure,
  type NotifyInput,
  type NotifyTrace,
  type Told,
} from '../../src/protocol/notification/steps';
import { type Failure, type Reply, busy } from '../../src/protocol/wire/answers';
import { backoffMs } from '../../src/protocol/wire/backoff';
import { notificationBody, notificationHeaders, notificationId } from '../../src/protocol/wire/notification';
import { type Ms } from '../../src/protocol/wire/phases';
import { membersOf } from '../../src/protocol/wire/shapes';
import { hostOf } from '../../src/protocol/wire/urls';
import { type NotificationLog } from '../../src/telemetry/notificationLog';
import { type Sooner, comeSooner } from '../comeSooner';

interface NotificationTools extends Sooner {
  readonly outbound: Pick<Outbound, 'callBack' | 'send'>;
  readonly log: (entry: NotificationLog) => void;
  /** In [0, 1), for the waits; the process's own where absent. */
  readonly random?: () => number;
}

/** Of one that finds no place again and again. */
const busyBackoff = { initialMs: 200, maxMs: 5_000 };

export function createNotificationActivities(tools: NotificationTools): NotificationActivities {
  return { notify: input => notify(tools, input) };
}

async function notify(tools: NotificationTools, input: NotifyInput): Promise<Told> {
  const { random = Math.random } = tools;
  const { info } = Context.current();
  const busyBefore = busyIn(info.heartbeatDetails);
  const attempts = Math.max(info.attempt - busyBefore, 1); // `temporal activity reset` counts them from 1 again
  const began = Date.now();
  const reply = await sendOne(tools, input, began);
  await demandNotStopped(input, reply, attempts);
  const meaning = readReceipt(reply);
  if (meaning.is !== 'delivered' && meaning.why.code === busy)
    throw waitForTurn(tools, input, { attempts: attempts - 1, why: meaning.why, times: busyBefore + 1 });
  const id = notificationId(input.notification);
  const say = (result: NotificationLog['result'], error?: Failure): void => {
    const { transactionId } = input.notification;
    const about = { transactionId, notification: id, host: hostOf(input.url), attempt: attempts };
    const failed = error === undefined ? {} : { error };
    tools.log({ ...about, durationMs: Date.now() - began, result, ...failed });
  };
  if (meaning.is === 'delivered') {
    say('delivered');
    return { is: 'delivered', id, attempts };
  }
  const { why } = meaning;
  if (meaning.is === 'gone') {
    say('gone', why);
    return { is: 'gone', id, attempts, why };
  }
  const wait = backoffMs(attempts, input.terms, random(), why.retryAfterMs);
  if (Date.now() + wait >= input.until) {
    say('undelivered', why);
    return { is: 'gaveUp', id, attempts, why };
  }
  say('failed', why);
  throw again({ attempts, why }, wait);
}

function sendOne({ outbound }: NotificationTools, input: NotifyInput, now: Ms): Promise<Reply> {
  const { url, notification, terms } = input;
  const { cancellationSignal: signal } = Context.current();
  const content = { headers: notificationHeaders(notification, now), body: notificationBody(notification) };
  return outbound.send({ url, ...content, timeoutMs: terms.timeoutMs, signal, readBody: false });
}

/** A worker that stops leaves it to another, soon; where a person cancels the notification it ends. */
async function demandNotStopped({ terms }: NotifyInput, reply: Reply, attempts: number): Promise<void> {
  const { cancellationSignal, cancellationDetails, cancelled } = Context.current();
  if (!cancellationSignal.aborted || reply.kind === 'answer') return;
  if (cancellationDetails?.cancelRequested === true) await cancelled;
  const why = { code: 'workerStopped', message: 'the worker stopped during the request' };
  throw again({ attempts, why }, terms.initialMs);
}

/** Each attempt of Temporal's that found no place is told to those after it: it was no request. */
function waitForTurn(
  tools: NotificationTools,
  { url, terms }: NotifyInput,
  { times, ...failure }: NotifyFailure & { readonly times: number },
): ApplicationFailure {
  const { random = Math.random } = tools;
  Context.current().heartbeat({ busy: times } satisfies NotifyTrace);
  const waitMs = Math.max(failure.why.retryAfterMs ?? 0, backoffMs(times, busyBackoff, random()));
  comeSooner(tools, { url, waitMs, initialMs: terms.initialMs });
  return again(failure, waitMs);
}

function busyIn(details: unknown): number {
  const { busy: times } = membersOf(details);
  return typeof times === 'number' ? times : 0;
}

function again({ attempts, why }: NotifyFailure, nextRetryDelay: Ms): ApplicationFailure {
  const { code, message } = why;
  const details: NotifyFailure[] = [{ attempts, why }];
  return ApplicationFailure.create({ type: code, message, details, nextRetryDelay });
}
