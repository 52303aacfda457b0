/**
 * Owns the life of one notification as a durable workflow: one activity, repeated until its receiver has taken it, wants no more of it
 * (`410`), or the time is up. What was not delivered fails the run, with what is to be known of it in the memo, so that it is listed by
 * visibility alone. A run that is started over (`temporal workflow reset`) sends the same again, for as long as the first one did.
 *
 * I7: everything that is sent, and the terms, are in the input.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  isCancellation,
  log,
  proxyActivities,
  sleep,
  upsertMemo,
} from '@temporalio/workflow';
import { isNotifyFailure, notDelivered, toldIn } from '../../src/protocol/notification/results';
import {
  type NotificationActivities,
  type NotificationInput,
  type NotifyFailure,
  type NotifyInput,
  type Told,
} from '../../src/protocol/notification/steps';
import { workerLost } from '../../src/protocol/wire/answers';
import { notificationId } from '../../src/protocol/wire/notification';
import { type Ms } from '../../src/protocol/wire/phases';
import { notOurs } from '../../src/protocol/wire/shapes';
import { hostOf } from '../../src/protocol/wire/urls';

/** Between two activities, which happens only where another program has a hand in it. */
const untrustedMs: Ms = 60_000;

export async function notification(input: NotificationInput): Promise<Told> {
  demandKnown(input);
  const { version: _version, ...rest } = input;
  const came = await tellUntil({ ...rest, until: Date.now() + input.terms.forMs });
  if (came.is === 'delivered') return came;
  const { attempts, why } = came;
  upsertMemo({ undelivered: { attempts, why } satisfies NotifyFailure });
  const end = came.is === 'gone' ? 'its receiver wants no more of it' : 'given up';
  throw ApplicationFailure.nonRetryable(`${notDelivered}${end}: ${why.message}`, 'Undelivered', came);
}

/** A newer one is a newer worker's: the workflow task fails, and is retried until one takes it. */
function demandKnown({ version }: { readonly version: number }): void {
  if (version !== 1)
    throw new Error(
      `this worker knows notifications of version 1, not ${String(version)}: run a newer worker beside it`,
    );
}

/** A result that another program on the task queue gave is none, and may come at once: the next try is spaced. */
async function tellUntil(input: NotifyInput): Promise<Told> {
  const id = notificationId(input.notification);
  const { until, terms } = input;
  let last: NotifyFailure = { attempts: 0, why: { code: workerLost, message: `its result is ${notOurs}` } };
  for (let nth = 1; Date.now() < until; nth += 1) {
    try {
      const came = toldIn(await send(input, nth), id);
      if (came !== undefined) return came;
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      last = failureIn(error) ?? last;
    }
    await sleep(Math.min(terms.maxMs, untrustedMs), { summary: 'until it is tried again' });
  }
  logGivenUp(input, last);
  return { is: 'gaveUp', id, ...last };
}

/** No activity came to say so: the last was lost with its worker, or was not believed. The line is its own (`notificationLog.ts`). */
function logGivenUp({ url, notification }: NotifyInput, { attempts, why }: NotifyFailure): void {
  const { transactionId } = notification;
  const about = { transactionId, notification: notificationId(notification), host: hostOf(url) };
  log.error('notification given up', { ...about, attempt: attempts, result: 'undelivered', error: why });
}

function send(input: NotifyInput, nth: number): Promise<unknown> {
  const { url, terms, until } = input;
  const longest = terms.timeoutMs + 2_000; // it may wait for a place, for less than a second: a lost worker is noticed after that
  const { notify } = proxyActivities<NotificationActivities>({
    activityId: nth === 1 ? 'notify' : `notify #${String(nth)}`,
    startToCloseTimeout: longest,
    scheduleToCloseTimeout: Math.max(until - Date.now(), 1) + longest,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    // the activity says how long to wait; this is for attempts that were lost with their worker
    retry: { initialInterval: terms.initialMs, backoffCoefficient: 2, maximumInterval: terms.maxMs },
    summary: hostOf(url),
  });
  return notify(input);
}

/** Lost with its worker until there was no time left, or failed in another way than ours. */
function failureIn({ cause }: ActivityFailure): NotifyFailure | undefined {
  const detail: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (isNotifyFailure(detail)) return detail;
  if (!(cause instanceof TimeoutFailure)) return undefined;
  return { attempts: 1, why: { code: workerLost, message: 'the worker was lost during the request' } };
}
