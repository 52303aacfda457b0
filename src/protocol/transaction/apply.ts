/**
 * Owns how a transaction begins and what each event makes of it. A broken invariant throws: in the workflow that fails the
 * workflow task, which is retried, and the transaction lives on until a mended worker takes it up.
 */
import { untouched } from '../wire/answers';
import { closeCall, openCall } from './calls';
import {
  beginCompletion,
  becomeQuiet,
  completionEnded,
  endWhenSettled,
  giveUpCommit,
  rollBackLate,
} from './completing';
import { type Ending, type Event } from './events';
import { assertInvariants } from './invariants';
import { operate, writeDown } from './operator';
import { decideByVotes, prepareEnded } from './preparing';
import { type Accepted, type Participant, type Target, type Transaction } from './state';
import { type Ms, type Phase } from '../wire/phases';

/** A transaction that asks everyone for a vote, in one round. */
export function begin(id: string, accepted: Accepted): Transaction {
  const participants = accepted.participants.map(target =>
    openCall(newParticipant(target), 'prepare', { lane: 'round' }),
  );
  return {
    id,
    accepted,
    stage: 'preparing',
    completing: false,
    quiet: false,
    participants,
    actions: [],
    actionCount: 0,
  };
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
  const after = advance(handle(before, event, now), now);
  assertInvariants(before, after);
  return after;
}

function handle(t: Transaction, event: Event, now: Ms): Transaction {
  switch (event.type) {
    case 'callsEnded':
      return event.endings.reduce((each, ending) => callEnded(each, { phase: event.phase, ending, now }), t);
    case 'quiet':
      return becomeQuiet(t);
    case 'misunderstood':
      return writeDown(t, { action: event.action, by: event.by, at: now, ignored: event.why });
    case 'abort':
    case 'retryNow':
    case 'resolve':
      return operate(t, event, now);
  }
}

function callEnded(t: Transaction, ended: { phase: Phase; ending: Ending; now: Ms }): Transaction {
  const { phase, ending, now } = ended;
  const participants = t.participants.map(p => {
    const closed = p.target.name === ending.participant ? closeCall(p, phase, ending, now) : undefined;
    if (closed === undefined || p.call === undefined) return p;
    if (phase === 'prepare') return prepareEnded(t, closed, { call: p.call, ending, now });
    return completionEnded(t, closed, { phase, call: p.call, ending, now });
  });
  return { ...t, participants };
}

/** Everything that follows from the new state, in the order in which it can follow. */
function advance(t: Transaction, now: Ms): Transaction {
  const decided = giveUpCommit(decideByVotes(t, now), now);
  return endWhenSettled(rollBackLate(beginCompletion(decided)), now);
}
