/**
 * Owns what an activity is told about a participant, and its times: taken from the state alone (I7). Every time is deliberate
 * (docs/ARCHITECTURE.md, "Timeouts").
 */
import { type Backoff } from '../../src/protocol/wire/backoff';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { heldLocks } from '../../src/protocol/transaction/locking';
import { standingOf } from '../../src/protocol/transaction/standing';
import { type Call, type Participant, type Transaction } from '../../src/protocol/transaction/state';
import { type CallInput, type OwnInput, type RoundInput } from '../../src/protocol/transaction/steps';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { given } from '../../src/protocol/wire/given';

type Own = Extract<Wanted, { do: 'own' }>;
type Round = Extract<Wanted, { do: 'round' }>;

export function participantOf(t: Transaction, name: string): Participant {
  const found = t.participants.find(p => p.target.name === name);
  if (found === undefined) throw new Error(`no participant named "${name}"`);
  return found;
}

export function requestTimeoutMs({ target }: Participant, phase: Phase): number {
  return phase === 'prepare' ? target.prepareTimeoutMs : target.completionTimeoutMs;
}

function requestOf(t: Transaction): Omit<RoundInput, 'calls'> {
  const { id, accepted } = t;
  const statusUrl = given({ statusUrl: accepted.statusUrl });
  const locks = accepted.locks === undefined ? {} : { locks: heldLocks(t) };
  return { transactionId: id, decideBy: accepted.decideBy, ...statusUrl, ...locks };
}

export function urlOf({ target }: Participant, phase: Phase): string {
  return { prepare: target.prepareUrl, commit: target.commitUrl, rollback: target.rollbackUrl }[phase];
}

function callInput(t: Transaction, p: Participant, phase: Phase): CallInput {
  const { target, call } = p;
  return {
    participant: target.name,
    nth: call?.nth ?? 0,
    url: urlOf(p, phase),
    timeoutMs: requestTimeoutMs(p, phase),
    ...given({ payload: target.payload }),
    ...(phase === 'prepare' ? {} : { standing: standingOf(t, p, phase) }),
  };
}

export function roundInput(t: Transaction, { to, phase }: Round): RoundInput {
  return { ...requestOf(t), calls: to.map(name => callInput(t, participantOf(t, name), phase)) };
}

/** @param raised the participant has come to need attention, and this is the first call since */
export function ownInput(
  t: Transaction,
  { phase, to, call }: Own,
  { raised }: { readonly raised: boolean },
): OwnInput {
  return {
    ...requestOf(t),
    ...given({ handover: call.handover }),
    call: callInput(t, participantOf(t, to), phase),
    sentBefore: call.sentBefore,
    backoff: ownBackoff(t, call),
    ...requestLimit(t, { phase, call }),
    ...(raised ? { raised: true as const } : {}),
  };
}

export function ownBackoff({ accepted: { limits } }: Transaction, { endless }: Call): Backoff {
  return { initialMs: limits.retryInitialMs, maxMs: endless ? limits.attentionRetryMs : limits.retryMaxMs };
}

/** How many requests the activity may send; Temporal's attempts count also those that found no place for one. */
function requestLimit(t: Transaction, { phase, call }: Pick<Own, 'phase' | 'call'>): { limit?: number } {
  if (call.endless) return {};
  if (call.once) return { limit: 1 };
  const { prepareAttempts, completionAttempts } = t.accepted.limits;
  const configured = phase === 'prepare' ? prepareAttempts : completionAttempts;
  return { limit: Math.max(configured - call.sentBefore, 1) };
}

/**
 * Each heartbeat is a write of the engine. What is healthy is in rounds, and goes on soon where its worker is gone; who has been
 * without an answer once already can wait a little longer for that.
 */
const heartbeatTimeout = { round: 2_000, own: 5_000 };

interface CallTimeouts {
  readonly startToCloseTimeout: Ms;
  readonly heartbeatTimeout: Ms;
  /** Of prepares alone: to `decideBy`. */
  readonly scheduleToCloseTimeout?: Ms;
}

/** Shared by both lanes: one request timeout, and as much for the wait for a place and for a worker that is slow to tell. */
export function callTimeouts(
  t: Transaction,
  { do: lane, phase }: Own | Round,
  { longestMs, now }: { readonly longestMs: Ms; readonly now: Ms },
): CallTimeouts {
  const left = Math.max(t.accepted.decideBy - now, 1);
  return {
    startToCloseTimeout: 2 * longestMs + 1000,
    heartbeatTimeout: heartbeatTimeout[lane],
    ...(phase === 'prepare' ? { scheduleToCloseTimeout: left } : {}),
  };
}

export function longestTimeoutMs({ calls }: Pick<RoundInput, 'calls'>): Ms {
  return Math.max(...calls.map(call => call.timeoutMs));
}
