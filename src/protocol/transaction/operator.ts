/**
 * Owns what people may ask of a transaction (PROTOCOL §3, §4): abort, retryNow, resolve. Signal, update and HTTP all end here,
 * so that they mean the same. A request that does not apply changes nothing but the list of actions.
 *
 * I2: `resolve` is recorded beside the decision; status follows the decision alone.
 */
import { type Ms, timestamp } from '../wire/phases';
import { shortened } from '../wire/shortened';
import { restartCall, withParticipants } from './calls';
import { type OperatorEvent } from './events';
import { decideRollback } from './preparing';
import { noteShown } from './shown';
import {
  type Name,
  type OperatorAction,
  type Transaction,
  isOutstanding,
  isProvisional,
  isUndecided,
} from './state';

/** `repeat`: it took effect before, and asking again is no error. */
export type Verdict =
  { readonly is: 'applies' } | { readonly is: 'repeat' } | { readonly is: 'conflict'; readonly why: string };

const applies: Verdict = { is: 'applies' };
const repeat: Verdict = { is: 'repeat' };
const conflict = (why: string): Verdict => ({ is: 'conflict', why });

/** What is kept is bounded, so that the document stays small; what is heard is not: whatever applies takes effect. */
const actionsKept = 50;

export function judge(t: Transaction, event: OperatorEvent): Verdict {
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
  if (isAsking(t)) return applies;
  const before = t.actions.some(a => a.action === 'retryNow' && a.ignored === undefined);
  return before ? repeat : conflict(whyNoRetry(t));
}

/** Somebody is being asked, or waits for the next time: a round under way is as good as a retry. */
function isAsking(t: Transaction): boolean {
  return t.participants.some(p => p.call !== undefined);
}

function whyNoRetry({ stage, accepted }: Transaction): string {
  if (stage === 'ended') return 'the transaction has ended';
  if (stage === 'acquiringLocks')
    return 'nothing waits for a retry: nobody is asked before all locks are held';
  const at = timestamp(accepted.quietAt);
  return `nothing waits for a retry: one more rollback is due at ${at}, and not before`;
}

function judgeResolve(t: Transaction, event: Extract<OperatorEvent, { type: 'resolve' }>): Verdict {
  const p = t.participants.find(each => each.target.name === event.participant);
  if (p === undefined) {
    const names = t.participants.map(({ target }) => target.name);
    return conflict(noneNamed(event.participant, names));
  }
  if (p.forced?.outcome === event.outcome) return repeat;
  if (p.forced !== undefined)
    return conflict(resolvedBefore(event.participant, { ...p.forced, at: timestamp(p.forced.at) }));
  if (isOutstanding(t, p)) return applies;
  return conflict(
    isUndecided(t)
      ? 'nothing is decided yet: abort it instead'
      : `phase two is not waiting for "${event.participant}"`,
  );
}

/** A transaction may have a thousand; a name that was mistyped is found among the first, or in the document. */
const namesShown = 20;

export function noneNamed(name: Name, names: readonly Name[]): string {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : '';
  return `there is no participant named "${shortened(name, 64)}", but ${names.slice(0, namesShown).join(', ')}${more}`;
}

export function resolvedBefore(
  name: Name,
  { outcome, by, at }: { readonly outcome: string; readonly by: string; readonly at: string },
): string {
  return `"${name}" was resolved as ${outcome} by ${by} at ${at}`;
}

/** Carries out what applies, and writes every request down. */
export function operate(t: Transaction, event: OperatorEvent, now: Ms): Transaction {
  const verdict = judge(t, event);
  const noted = note(t, event, { verdict, now });
  return verdict.is === 'applies' ? carryOut(noteShown(noted, event.shown), event, now) : noted;
}

function note(
  t: Transaction,
  event: OperatorEvent,
  { verdict, now }: { verdict: Verdict; now: Ms },
): Transaction {
  const { type, shown: _shown, ...rest } = event;
  const ignored = verdict.is === 'conflict' ? { ignored: verdict.why } : {};
  if (verdict.is === 'repeat') return { ...t, actionCount: t.actionCount + 1 };
  return writeDown(t, { action: type, at: now, ...rest, ...ignored });
}

/** Keeps the newest actions, and counts all. The same one again takes no place of its own, or a script would push all others out. */
export function writeDown(t: Transaction, action: OperatorAction): Transaction {
  const last = t.actions.at(-1);
  const again = last !== undefined && isSameAs(last, action);
  const before = again ? t.actions.slice(0, -1) : t.actions;
  const noted = again ? { ...action, times: (last.times ?? 1) + 1 } : action;
  return { ...t, actionCount: t.actionCount + 1, actions: [...before, noted].slice(-actionsKept) };
}

function isSameAs(a: OperatorAction, b: OperatorAction): boolean {
  const said = ({ action, by, reason, participant, outcome, ignored }: OperatorAction): string =>
    JSON.stringify([action, by, reason, participant, outcome, ignored]);
  return said(a) === said(b);
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
