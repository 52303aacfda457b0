/**
 * Owns what the kit remembers of one participant of one transaction, and what each state answers to each call. Pure.
 *
 * This is the participant's half of atomicity (PROTOCOL §2, "what a participant owes"): a vote is given once and stands (I1);
 * a commit is remembered and so is a rollback, also one that came before its prepare (I4); nothing is committed that was
 * not voted for here.
 */
import { type CompletionPhase, type Ms } from '../../protocol/wire/phases';
import { type BranchKey, type Call, type FencedLock, no, type Settled, type Vote, yes } from '../contract';
import { given } from '../../protocol/wire/given';

/** `preparing`: begun and no vote given; `refused`: voted no, so nothing is held. */
export type RecordState = 'preparing' | 'prepared' | 'committed' | 'rolledback' | 'refused';

export interface VoteRecord extends BranchKey {
  readonly state: RecordState;
  readonly createdAt: Ms;
  /** Of what prepare was asked to do; absent where its rollback came first. */
  readonly requestHash?: string;
  /** Why the vote was no. */
  readonly reason?: string;
  /** What was prepared, until it ends. */
  readonly request?: { readonly payload: unknown; readonly locks: readonly FencedLock[] };
  readonly statusUrl?: string;
}

export type Step<Answer> =
  { readonly do: 'run'; readonly record: VoteRecord } | { readonly do: 'answer'; readonly answer: Answer };

/** The vote that stands, or `run`: the work has to be done to know. */
export function prepareStep(record: VoteRecord, call: Call, requestHash: string, now: Ms): Step<Vote> {
  if (record.state === 'rolledback') return answer(no('it was rolled back'));
  if (record.requestHash !== requestHash)
    return answer(no('it was prepared before with another payload or other locks'));
  if (record.state === 'refused') return answer(no(record.reason ?? 'it was refused before'));
  if (record.state !== 'preparing') return answer(yes);
  if (call.decideBy !== undefined && now > call.decideBy)
    return answer(no('it came after decideBy, the deadline of its transaction'));
  return run(record);
}

export type CompletionAnswer = Settled;

export const done: CompletionAnswer = { is: 'done' };
export const wasCommitted: CompletionAnswer = { is: 'refused', why: 'it was committed here' };

/** `run`: it is prepared, so it can be committed. */
export function commitStep(record: VoteRecord | undefined): Step<CompletionAnswer> {
  switch (record?.state) {
    case 'prepared':
      return run(record);
    case 'committed':
      return answer(done);
    case 'rolledback':
      return answer(refused('it was rolled back here'));
    case 'refused':
      return answer(refused('it was refused here, so nothing is prepared'));
    case 'preparing':
    case undefined:
      return answer(refused('it was never prepared here'));
  }
}

/** `run`: something may be held. Of what came to nothing the record alone has to say so. */
export function rollbackStep(record: VoteRecord): Step<CompletionAnswer> {
  switch (record.state) {
    case 'preparing':
    case 'prepared':
      return run(record);
    case 'committed':
      return answer(wasCommitted);
    case 'rolledback':
    case 'refused':
      return answer(done);
  }
}

/** What the service's own function is told in phase two: what it was asked to prepare. */
export function callOf(record: VoteRecord, phase: CompletionPhase, traceparent?: string): Call {
  const { transactionId, participant, request } = record;
  const trace = given({ traceparent });
  return {
    transactionId,
    participant,
    phase,
    payload: request?.payload,
    locks: request?.locks ?? [],
    ...trace,
  };
}

function run(record: VoteRecord): { readonly do: 'run'; readonly record: VoteRecord } {
  return { do: 'run', record };
}

function answer<Answer>(given: Answer): { readonly do: 'answer'; readonly answer: Answer } {
  return { do: 'answer', answer: given };
}

function refused(why: string): CompletionAnswer {
  return { is: 'refused', why };
}
