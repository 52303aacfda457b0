/**
 * Owns what one attempt at an activity knows of itself, and may say, in no engine's terms: the judgement of answers (`round.ts`, `own.ts`)
 * runs in Temporal by `temporalAttempt.ts`, and in memory by `src/testing`.
 */
import { type Ms } from '../../src/protocol/wire/phases';
import { type OwnFailure } from '../../src/protocol/transaction/steps';
import { type Trail } from './sentBefore';
import { type OneCall } from './call';

export interface Attempt extends Trail {
  readonly cancellation: Pick<OneCall, 'signal' | 'cancelRequested'>;
  heartbeat(details: unknown): void;
  /** Runs `work` while beating with what `details` gives at that moment. */
  whileBeating<T>(details: () => unknown, work: () => Promise<T>): Promise<T>;
  /** To be thrown: the next attempt comes after that long. */
  again(failure: OwnFailure, nextRetryDelay: Ms): Error;
  /** Its host is to call it back before that, where it answers and has room. @param initialMs of the retry policy */
  comeSooner(asleep: { readonly url: string; readonly waitMs: Ms; readonly initialMs: Ms }): void;
}
