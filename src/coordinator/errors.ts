/** Owns what can go wrong between the API and the engine, by what the caller does next. */
import { type TransactionDocument } from '../protocol/client/document';
import { type Change } from '../protocol/client/etag';
import { isKeyed } from '../protocol/wire/ids';
import { plain } from '../protocol/wire/plainText';
import { shortened } from '../protocol/wire/shortened';

const withKey =
  'send the same request again with the same Idempotency-Key, which gives this transaction and no other';
const withoutKey =
  'read it; it may also start yet. Without an Idempotency-Key the same request again is another transaction: ' +
  'send it only once Temporal answers and this one has been 404 for a minute';

/** No transaction has this id: it never existed, or its id says nothing about its age. */
export class UnknownTransaction extends Error {
  override readonly name = 'UnknownTransaction';
  constructor(readonly id: string) {
    super(`there is no transaction "${id}"`);
  }
}

/** Its id says that it is older than the engine keeps records. */
export class ExpiredTransaction extends Error {
  override readonly name = 'ExpiredTransaction';
  constructor(readonly id: string) {
    super(`transaction "${id}" is older than the engine keeps records`);
  }
}

/** The `Idempotency-Key` was used by the same caller for another request (I6). */
export class KeyReused extends Error {
  override readonly name = 'KeyReused';
  constructor(readonly id: string) {
    super(`this Idempotency-Key belongs to another request of the same caller, transaction "${id}"`);
  }
}

/** Of Temporal: nothing was done that the caller asked for; try again. */
export { EngineInTrouble, EngineUnavailable, PayloadUnreadable } from '../engine/errors';

/** Nobody knows whether the transaction was started: read or repeat it under this id (I6). */
export class StartUnknown extends Error {
  override readonly name = 'StartUnknown';
  constructor(
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(
      `it is not known whether transaction "${id}" was started: ${isKeyed(id) ? withKey : withoutKey}`,
      options,
    );
  }
}

/** More comes than can be done: nothing was handed over to Temporal. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  /** @param afterS seconds after which it is worth another try */
  constructor(
    readonly afterS: number,
    options?: ErrorOptions,
  ) {
    super(
      'more transactions are being started than can be done; nothing was started by this request, so it may be sent again',
      options,
    );
  }
}

/** More lists and counts are asked for than may be read beside everything else. */
export class TooManyLists extends Error {
  override readonly name = 'TooManyLists';
  constructor() {
    super('more lists and counts of transactions are asked for than this process reads at once: try again');
  }
}

/** Nobody knows whether the sweep that was asked for was started. */
export class SweepUnknown extends Error {
  override readonly name = 'SweepUnknown';
  constructor(
    readonly workflowId: string,
    options?: ErrorOptions,
  ) {
    super('it is not known whether the sweep was started: read its report, or ask again', options);
  }
}

/** Temporal stores no more than its own limit for one request; numbers such as 1e20 grow when they are written out. */
export class RequestTooLarge extends Error {
  override readonly name = 'RequestTooLarge';
}

/** No worker answered in time: the action was not taken, or nobody knows. */
export class WorkerUnavailable extends Error {
  override readonly name = 'WorkerUnavailable';
}

/** Another program's workflow has the id: whatever belongs to it cannot be had until that one has closed. */
export class ForeignWorkflow extends Error {
  override readonly name = 'ForeignWorkflow';
  constructor(workflowId: string, type: string) {
    super(
      `Temporal has a workflow "${workflowId}" that is none of this coordinator's, of type ${JSON.stringify(plain(shortened(type, 64)))}: ` +
        'it stands in the way until whoever runs it gives it another id, and it has closed',
    );
  }
}

/** The action does not apply to the transaction as it is. */
export class ActionConflict extends Error {
  override readonly name = 'ActionConflict';
}

/** The transaction is not as it was seen by whoever acts on it. Nothing was done. */
export class StateChanged extends Error {
  override readonly name = 'StateChanged';
  /** @param changes undefined where what was seen is not known here */
  constructor(
    readonly document: TransactionDocument,
    readonly changes: readonly Change[] | undefined,
  ) {
    super(`the transaction is not as it was seen, so nothing was done: ${changedInWords(document, changes)}`);
  }
}

/** A transaction may have a thousand participants; all that has changed is in the problem's `changes`. */
const changesShown = 5;

function changedInWords(
  { state, status }: TransactionDocument,
  changes: readonly Change[] | undefined,
): string {
  if (changes === undefined)
    return `it is ${state}, ${status}; the tag is none of this transaction, or another version gave it`;
  const shown = changes.slice(0, changesShown).map(({ member, participant, was, is }) => {
    return `${member}${participant === undefined ? '' : ` of "${participant}"`} is ${is}, and was ${was}`;
  });
  const more = changes.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** What stands in the query parameter is no cursor that an earlier page gave. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

/** There is no such transaction, or not any more. */
export function isGone(error: unknown): boolean {
  return error instanceof UnknownTransaction || error instanceof ExpiredTransaction;
}
