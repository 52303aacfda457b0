/**
 * Owns what people may ask of a transaction (PROTOCOL §3, §4): abort, retryNow, resolve. Signal, update and HTTP all end here,
 * so that they mean the same. A request that does not apply changes nothing but the list of actions.
 *
 * I2: `resolve` is recorded beside the decision; status follows the decision alone.
 */
import { type Ms } from '../wire/phases';
import { restartCall, withParticipants } from './calls';
import { type OperatorEvent } from './events';
import { decideRollback } from './preparing';
import { type OperatorAction, type Transaction, isOutstanding, isProvisional, isUndecided } from './state';

/** `repeat`: it took effect before, and asking again is no error. */
export type Verdict =
  { readonly is: 'applies' } | { readonly is: 'repeat' } | { readonly is: 'conflict'; readonly why: string };

const applies: Verdict = { is: 'applies' };
const repeat: Verdict = { is: 'repeat' };
const conflict = (why: string): Verdict => ({ is: 'conflict', why });

/** More than this many messages are counted, not kept: history and document stay bounded. */
export const actionLimit = 1000;
const actionsKept = 50;

export function judge(t: Transaction, event: OperatorEvent): Verdict {
  if (t.actionCount >= actionLimit)
    return conflict(`more than ${String(actionLimit)} operator messages for one transaction`);
  switch (event.type) {
    case 'abort':
      return judgeAbort(t);
    case 'retryNow':
      return judgeRetry(t);
    case 'resolve':
      return judgeResolve(t, event);
  }
}

function judgeAbort(t: Transaction): Verdict {
  if (isUndecided(t)) return applies;
  if (t.reason?.code === 'aborted') return repeat;
  if (t.decision === undefined && isProvisional(t))
    return conflict('commit is under way: it can no longer be aborted');
  return conflict(`the decision to ${t.decision ?? 'commit'} has been taken`);
}

function judgeRetry(t: Transaction): Verdict {
  if (t.stage !== 'ended') return applies;
  const before = t.actions.some(a => a.action === 'retryNow' && a.ignored === undefined);
  return before ? repeat : conflict('the transaction has ended');
}

function judgeResolve(t: Transaction, event: Extract<OperatorEvent, { type: 'resolve' }>): Verdict {
  const p = t.participants.find(each => each.target.name === event.participant);
  if (p === undefined) return conflict(`there is no participant named "${event.participant}"`);
  if (p.forced?.outcome === event.outcome) return repeat;
  if (p.forced !== undefined)
    return conflict(`"${event.participant}" was resolved as ${p.forced.outcome} by ${p.forced.by}`);
  if (isOutstanding(t, p)) return applies;
  return conflict(
    isUndecided(t)
      ? 'nothing is decided yet: abort it instead'
      : `phase two is not waiting for "${event.participant}"`,
  );
}

/** Carries out what applies, and writes every request down. */
export function operate(t: Transaction, event: OperatorEvent, now: Ms): Transaction {
  const verdict = judge(t, event);
  const noted = note(t, event, { verdict, now });
  return verdict.is === 'applies' ? carryOut(noted, event, now) : noted;
}

function note(
  t: Transaction,
  event: OperatorEvent,
  { verdict, now }: { verdict: Verdict; now: Ms },
): Transaction {
  const { type, ...rest } = event;
  const ignored = verdict.is === 'conflict' ? { ignored: verdict.why } : {};
  if (verdict.is === 'repeat') return { ...t, actionCount: t.actionCount + 1 };
  return writeDown(t, { action: type, at: now, ...rest, ...ignored });
}

/** Keeps the newest actions, and counts all. The first one past the limit is kept too: that it was ignored must be seen. */
export function writeDown(t: Transaction, action: OperatorAction): Transaction {
  const actionCount = t.actionCount + 1;
  if (t.actionCount > actionLimit) return { ...t, actionCount };
  return { ...t, actionCount, actions: [...t.actions, action].slice(-actionsKept) };
}

function carryOut(t: Transaction, event: OperatorEvent, now: Ms): Transaction {
  switch (event.type) {
    case 'abort': {
      const detail = `by ${event.by}${event.reason === undefined ? '' : `: ${event.reason}`}`;
      return decideRollback(t, { code: 'aborted', detail }, now);
    }
    case 'retryNow':
      return withParticipants(t, p => restartCall(p, 'countAnew'));
    case 'resolve': {
      const { outcome, by, reason } = event;
      const forced = { outcome, by, reason, at: now };
      return withParticipants(t, p => (p.target.name === event.participant ? { ...p, forced } : p));
    }
  }
}
