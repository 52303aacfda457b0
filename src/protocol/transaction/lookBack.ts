/**
 * Owns what may be believed of a call that is about to be given up between two of its attempts. Cut off unasked it tells nobody
 * what its attempts did, and everything would have to be assumed: two participants on one dead port would be rolled back for ever
 * although nothing was ever sent to either. Temporal has the failure of its last attempt, until the call is closed.
 *
 * I3, I4: the failure of an own call's attempt says what all attempts up to it may have left behind (`activities/transaction/own.ts`).
 *     It is the whole truth only where no attempt is under way and none can begin: the call is paused before it is looked at, and given
 *     up afterwards, by Temporal itself (`neverBegan`). Of an attempt that runs, that was lost with its worker, or whose failure is none
 *     of ours, nothing is known but that anything may have happened. Nothing is believed of a call without a failure either: somebody
 *     may have reset it.
 */
import { type Ms, type Phase } from '../wire/phases';
import { given } from '../wire/given';
import { isAmount, isListOf, isOptional, isText, membersOf } from '../wire/shapes';
import { isDatedFailure, isExposure, isOwnFailure } from './results';
import { type Name, type Transaction, isProvisional } from './state';
import { type CallLook, type CallTrace } from './steps';

/** A pending call, as Temporal shows it. */
export interface SeenCall {
  /** An attempt is under way. */
  readonly running: boolean;
  /** No attempt begins any more. */
  readonly paused: boolean;
  /** What the last attempt's failure says, where it ended with one of an activity. */
  readonly failure?: unknown;
  /** When that was, where it does not say itself. */
  readonly failedAt?: Ms;
}

/** Undefined where nobody knows. */
export function traceOf({ running, paused, failure, failedAt }: SeenCall): CallTrace | undefined {
  if (running || !paused || !isOwnFailure(failure)) return undefined;
  const at = failure.at ?? failedAt;
  const failed = at === undefined ? undefined : { ...failure.why, at };
  return { exposure: failure.exposure, requests: failure.requests, ...given({ failed }) };
}

/**
 * Whether what a call of the phase left behind decides anything: of a prepare who is rolled back, and when; of a provisional commit
 * whether it may have taken place. Elsewhere a look would be a call for nothing.
 */
export function isWorthALook(t: Transaction, phase: Phase): boolean {
  return phase === 'prepare' || (phase === 'commit' && isProvisional(t));
}

/** Whether the participant is called again at once, and its requests counted on: then those so far have to be known. */
export function countsOn(t: Transaction, name: Name): boolean {
  return t.participants.some(({ target, call }) => target.name === name && call?.restart === 'countOn');
}

/** Those that are known of the calls asked for; any worker may have answered. */
export function callLooks(result: unknown, keys: readonly string[]): readonly CallLook[] {
  return isListOf(isLook, result) ? result.filter(({ key }) => keys.includes(key)) : [];
}

function isLook(value: unknown): value is CallLook {
  const { key, exposure, requests, failed } = membersOf(value);
  return isText(key) && isExposure(exposure) && isAmount(requests) && isOptional(isDatedFailure, failed);
}
