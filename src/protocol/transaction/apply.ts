/**
 * Owns how a transaction begins and what each event makes of it. A broken invariant throws: in the workflow that fails the
 * workflow task, which is retried, and the transaction lives on until a mended worker takes it up.
 */
import { untouched } from '../wire/answers';
import { type Ms } from '../wire/phases';
import { type EndedCall, closeCall, withParticipants } from './calls';
import {
  beginCompletion,
  becomeQuiet,
  endWhenSettled,
  giveUpCommit,
  noteAnswer,
  rollBackLate,
  tellAgain,
} from './completing';
import { type Event } from './events';
import {
  beginLocking,
  lockGranted,
  locksAnswered,
  locksOverdue,
  locksReleased,
  startPreparing,
} from './locking';
import { assertInvariants } from './invariants';
import { noteEvents, noticeStarted } from './notices';
import { operate, writeDown } from './operator';
import { askAgain, decideByVotes, noteVote } from './preparing';
import { type Accepted, type Name, type Participant, type Target, type Transaction, phaseOf } from './state';

type CallsEnded = Extract<Event, { type: 'callsEnded' }>;

/** A transaction that asks everyone for a vote, in one round; first for its locks, where it has any. */
export function begin(id: string, accepted: Accepted): Transaction {
  const locking = beginLocking(accepted);
  const fresh = {
    id,
    accepted,
    stage: 'acquiringLocks',
    completing: false,
    quiet: false,
    participants: accepted.participants.map(newParticipant),
    actions: [],
    actionCount: 0,
  } as const;
  return locking === undefined ? startPreparing(fresh) : { ...fresh, locking };
}

function newParticipant(target: Target): Participant {
  return {
    target,
    vote: 'none',
    calls: 0,
    exposure: { prepare: untouched, commit: untouched, rollback: untouched },
    attempts: 0,
    rollbackTried: false,
    lateDone: false,
    attention: false,
  };
}

/** The transaction after `event`, at `now` (deterministic time). */
export function apply(before: Transaction, event: Event, now: Ms): Transaction {
  const after = complete(handle(before, event, now), now);
  assertInvariants(before, after);
  return after;
}

function handle(t: Transaction, event: Event, now: Ms): Transaction {
  switch (event.type) {
    case 'callsEnded':
      return callsEnded(t, event, now);
    case 'locksAnswered':
      return locksAnswered(t, event, now);
    case 'lockGranted':
      return lockGranted(t, event, now);
    case 'locksOverdue':
      return locksOverdue(t, now);
    case 'locksReleased':
      return locksReleased(t);
    case 'quiet':
      return becomeQuiet(t);
    case 'noticeStarted':
      return noticeStarted(t, event.event);
    case 'misunderstood':
      return writeDown(t, { action: event.action, by: event.by, at: now, ignored: event.why });
    case 'abort':
    case 'retryNow':
    case 'resolve':
      return operate(t, event, now);
  }
}

/**
 * First what all endings say, then what follows for the transaction, and only where it goes on in the same stage the next
 * calls: one opened beside the no that came with it would never be wanted, and never end.
 */
function callsEnded(t: Transaction, { phase, endings }: CallsEnded, now: Ms): Transaction {
  const ended = new Map<Name, EndedCall>();
  for (const ending of endings) {
    const call = t.participants.find(p => p.target.name === ending.participant)?.call;
    if (call?.phase === phase && call.nth === ending.nth)
      ended.set(ending.participant, { phase, call, ending, now });
  }
  const noted = eachEnded(t, ended, (p, each) => note(t, closeCall(p, each), each));
  const decided = giveUpCommit(decideByVotes(noted, now), now);
  const samePhase = phase === phaseOf[t.stage] && decided.stage === t.stage;
  return samePhase ? eachEnded(decided, ended, (p, each) => goOn(decided, p, each)) : decided;
}

function eachEnded(
  t: Transaction,
  ended: ReadonlyMap<Name, EndedCall>,
  change: (p: Participant, each: EndedCall) => Participant,
): Transaction {
  return withParticipants(t, p => {
    const each = ended.get(p.target.name);
    return each === undefined ? p : change(p, each);
  });
}

function note(t: Transaction, p: Participant, ended: EndedCall): Participant {
  return ended.phase === 'prepare' ? noteVote(t, p, ended) : noteAnswer(t, p, ended);
}

function goOn(t: Transaction, p: Participant, ended: EndedCall): Participant {
  return ended.phase === 'prepare' ? askAgain(t, p, ended) : tellAgain(t, p, ended);
}

/** Everything of phase two that follows from the new state, in the order in which it can follow, and who is told of it. */
function complete(t: Transaction, now: Ms): Transaction {
  return noteEvents(endWhenSettled(rollBackLate(beginCompletion(t)), now), now);
}
