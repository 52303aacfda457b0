/** Owns what the routes may ask of the coordinator. Every method rejects with one of `errors.ts`, or a bug. */
import { type Owner } from '../../engine/facts/owner';
import { type TransactionDocument } from '../../protocol/client/document';
import { type ForeseenDocument } from '../../protocol/client/foreseen';
import { type Ms } from '../../protocol/wire/phases';
import { type TransactionRequest } from '../../protocol/client/transactionRequest';
import { type TransactionTrace } from '../../protocol/wire/trace';

export interface StartOptions {
  readonly request: TransactionRequest;
  /** The authenticated caller; `anonymous` where callers need not authenticate. */
  readonly caller: Owner;
  readonly idempotencyKey?: string;
  /** Of the transaction, if this starts it; absent where nothing is traced. */
  readonly trace?: TransactionTrace;
  /** Aborted while it waits for its turn: nothing is started. */
  readonly signal?: AbortSignal;
  /** How long it may wait for its turn. */
  readonly patienceMs?: Ms;
}

export interface Reading {
  readonly document: TransactionDocument;
  /** No worker answered for it, so it may know less than was told before: of a decision, for one. */
  readonly partial?: true;
  /** What the workflow itself told, without what calls under way add to it. Absent where it told nothing. */
  readonly own?: TransactionDocument;
}

export interface WaitOptions {
  /** `outcome`: until `status` leaves `pending`. `state`: until `state` is another than `from`. */
  readonly until: { readonly is: 'outcome' } | { readonly is: 'state'; readonly from: string };
  readonly timeoutMs: Ms;
  /** Aborted: answer at once, with the document as it is. */
  readonly signal: AbortSignal;
}

export interface ActOptions {
  /** Only on this caller's, as in `read`. */
  readonly of?: Owner | undefined;
  /** Only while one of these is the document's tag: what was seen. Absent: whatever it is now. */
  readonly ifMatch?: readonly string[] | undefined;
}

export interface WatchOptions {
  /** Only this caller's, as in `read`. */
  readonly of?: Owner;
  /** Aborted: no more documents come. */
  readonly signal: AbortSignal;
}

/**
 * Is given the document as it is, and then after each change that events tell, the newest at a time, until the transaction has ended. The
 * first always comes. What was partial comes again once it is not, perhaps without a change.
 */
export type Tell = (readings: AsyncIterable<Reading>) => Promise<void>;

/**
 * What `recover` found or did. `ended`: it closed by itself, there is nothing to take up. `unreplayable`: `why` says what a
 * person has to do. `noWorker`: nobody could be asked; try again.
 */
export type Recovered =
  | { readonly is: 'recovered'; readonly runId: string }
  | { readonly is: 'running' }
  | { readonly is: 'ended' }
  | { readonly is: 'unknown' }
  | { readonly is: 'unreplayable'; readonly why: string }
  | { readonly is: 'noWorker' };

/** What a person asks for. */
export type Action =
  | ({ readonly is: 'abort' } & Parameters<Coordinator['abort']>[1])
  | ({ readonly is: 'retryNow' } & Parameters<Coordinator['retryNow']>[1])
  | ({ readonly is: 'resolve' } & Parameters<Coordinator['resolve']>[1]);

export interface Coordinator {
  /** Resolves once the start is durable; the same caller, key and request give the same transaction (I6). */
  start(options: StartOptions): Promise<Reading>;
  /** Answers within a second, also with no worker. @param of only this caller's: anybody else's is unknown, by the same look */
  read(id: string, of?: Owner): Promise<Reading>;
  /** The document when the wait is over: because of what was waited for, the timeout or the signal. @param from what is known of it */
  wait(from: Reading, options: WaitOptions): Promise<Reading>;
  /** Ends with `tell`. @throws what `read` throws before `tell` is called, and through it where the transaction is gone later */
  watch(id: string, options: WatchOptions, tell: Tell): Promise<void>;
  /** As `read`; those of one caller who come at once ask Temporal once, and have one answer, or one error. */
  glance(id: string, of: Owner | undefined): Promise<Reading>;
  abort(
    id: string,
    action: { readonly by: string; readonly reason?: string },
    options?: ActOptions,
  ): Promise<Reading>;
  retryNow(id: string, action: { readonly by: string }, options?: ActOptions): Promise<Reading>;
  resolve(
    id: string,
    action: {
      readonly by: string;
      readonly reason: string;
      readonly participant: string;
      readonly outcome: 'committed' | 'rolledback' | 'unknown';
    },
    options?: ActOptions,
  ): Promise<Reading>;
  /** What the action would come to, without doing it. @throws what the action would throw */
  foresee(id: string, action: Action, options?: ActOptions): Promise<ForeseenDocument>;
  /** Takes a transaction up again that ended abnormally in Temporal. Two at once start one run; the other finds it running. */
  recover(id: string): Promise<Recovered>;
  /** Temporal answers. @throws EngineInTrouble where it does, and is known to be of no use */
  ready(): Promise<void>;
}
