/**
 * Owns of which of its events a transaction has somebody told (`notify` in the request), and that each is told once: it is noted when
 * the state first shows it, and stays wanted until the workflow that tells it is there.
 *
 * I2, I5: what is told is read off the state, as what is reported is; the workflow is started by the completion that makes that state
 * durable, never before. I10: until it is known to be there, whoever takes the transaction up again starts it, under the same id.
 */
import { type NotifyEvent } from '../wire/notification';
import { type Ms } from '../wire/phases';
import { needsAttention, statusOf } from './outcome';
import { type Notice, type Transaction } from './state';

const hasCome: Readonly<Record<NotifyEvent, (t: Transaction) => boolean>> = {
  outcome: t => statusOf(t) !== 'pending',
  attention: needsAttention,
  end: t => t.stage === 'ended',
};

export function noteEvents(t: Transaction, now: Ms): Transaction {
  const { notices = [], accepted } = t;
  const asked = accepted.notify?.on ?? [];
  const fresh = asked.filter(event => !isNoted(notices, event) && hasCome[event](t));
  if (fresh.length === 0) return t;
  return { ...t, notices: [...notices, ...fresh.map(event => ({ event, at: now, started: false }))] };
}

export function isNoted(notices: readonly Notice[] | undefined, event: NotifyEvent): boolean {
  return notices?.some(each => each.event === event) === true;
}

/** The workflow that tells it is there. */
export function noticeStarted(t: Transaction, event: NotifyEvent): Transaction {
  const { notices = [] } = t;
  return { ...t, notices: notices.map(each => (each.event === event ? { ...each, started: true } : each)) };
}

export function toTell({ notices = [] }: Transaction): readonly Notice[] {
  return notices.filter(({ started }) => !started);
}
