/**
 * Owns what people ask of a transaction through the API: updates of the workflow, the same handlers that signals reach, which it is by
 * signal where a script has used up the updates that Temporal takes.
 * After the end the document itself says whether the request is the repeat of one that took effect.
 */
import { randomUUID } from 'node:crypto';
import {
  abortUpdate,
  notAsSeen,
  resolveUpdate,
  retryNowUpdate,
} from '../../../workflows/transaction/messages';
import { type TransactionDocument } from '../../protocol/client/document';
import { changesSince, etagOf } from '../../protocol/client/etag';
import { type ActOptions, type Action, type Reading } from './contract';
import { handleOf, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import {
  isNotReady,
  isOutOfUpdates,
  isTimeout,
  isWorthRepeating,
  saidBy,
  updateFailure,
} from '../../engine/errors';
import { noneNamed, resolvedBefore } from '../../protocol/transaction/operator';
import { ActionConflict, StateChanged, WorkerUnavailable } from '../errors';
import { given } from '../../protocol/wire/given';
import { pause } from '../pause';
import { stallInWords } from '../stalled';
import { read, readWithCalls } from './read';
import { retried } from './retried';
import { type PendingCall, shownOf } from './pending';
import { withCalls } from './withCalls';

/** For a worker to answer. */
const updateWithinMs = 3000;
/** For Temporal to take it, where others' updates are before it. */
const busyWithinMs = 6000;
const firstPauseMs = 50;
/** Of a transaction with more stragglers, the workflow hears of the first ones: it stands in history. */
const mostShown = 100;

const updates = { abort: abortUpdate, retryNow: retryNowUpdate, resolve: resolveUpdate } as const;

/** @throws StateChanged, ActionConflict, WorkerUnavailable, and what `read` throws */
export async function operate(
  engine: Engine,
  id: string,
  action: Action,
  { of, ifMatch }: ActOptions = {},
): Promise<Reading> {
  const { calls, own, ...before } = await readWithCalls(engine, id, of);
  demandSeen(before, action, ifMatch);
  if (before.document.endedAt !== undefined) return afterTheEnd(before, action);
  refuseUndriven(before.document);
  const seen = ifMatch === undefined || own === undefined ? {} : { seen: etagOf(own) };
  const taken = await take(engine, id, { action, calls, ...seen }).catch(async (error: unknown) => {
    if (ifMatch !== undefined && error instanceof ActionConflict)
      demandSeen(await read(engine, id, of), action, ifMatch);
    throw error;
  });
  if (taken.is === 'read') return taken.reading;
  const countsAnew = action.is === 'retryNow';
  const again = countsAnew ? await retried(engine, id, calls) : undefined;
  const document = again ?? (await withCalls(engine, taken.document, { countsAnew, calls }));
  return { ...before, document };
}

/**
 * What changes after this, and before the workflow hears of the action, the workflow sees by its own tag (`seen`), but for what calls under
 * way had told beside it; a worker of before does not look at that, nor does a signal. The repeat of what took effect changes nothing and is answered like it (RFC 9110 §13.1.1): the first one changed the tag.
 *
 * @throws StateChanged, WorkerUnavailable where nobody tells how it is
 */
export function demandSeen(
  { document, partial }: Reading,
  action: Action,
  ifMatch: ActOptions['ifMatch'],
): void {
  if (ifMatch === undefined || (action.is !== 'retryNow' && tookEffect(document, action))) return;
  // also where the tags agree: what was written down last may be older than what was seen
  if (partial === true)
    throw new WorkerUnavailable(
      'no worker tells whether the transaction is as it was seen: nothing was done',
    );
  if (ifMatch.includes(etagOf(document))) return;
  const [only] = ifMatch.length === 1 ? ifMatch : [];
  throw new StateChanged(document, only === undefined ? undefined : changesSince(only, document));
}

/** `told`: by the workflow, right after the action. `read`: later, since the answer itself did not come. */
type Taken =
  | { readonly is: 'told'; readonly document: TransactionDocument }
  | { readonly is: 'read'; readonly reading: Reading };

interface Asked {
  readonly action: Action;
  /** Those that are under way. */
  readonly calls: readonly PendingCall[];
  /** The tag of what the workflow told: only while it is so. */
  readonly seen?: string;
}

/** The action itself, of a transaction that is known to be driven. @throws as `operate` */
export async function take(engine: Engine, id: string, asked: Asked): Promise<Taken> {
  try {
    return { is: 'told', document: await update(engine, id, asked) };
  } catch (error) {
    const reason = reasonOf(engine, error);
    if (reason !== undefined) throw reason;
    return { is: 'read', reading: await readAfter(engine, id, asked, error) };
  }
}

/** What is said to the workflow: the action, and what is known of the calls that it may cut off, which nobody will know afterwards. */
function argumentOf({ action: { is: _is, ...said }, calls }: Asked): object {
  const participant = 'participant' in said ? said.participant : undefined;
  const cut = calls.filter(call => call.participant !== undefined && isOf(participant, call));
  const shown = cut.slice(0, mostShown).map(({ activity }) => shownOf(activity));
  return { ...said, ...(shown.length === 0 ? {} : { shown }) };
}

function isOf(participant: string | undefined, call: PendingCall): boolean {
  return participant === undefined || participant === call.participant;
}

/** It may have ended, or been paused, while the update was on its way. */
async function readAfter(engine: Engine, id: string, asked: Asked, error: unknown): Promise<Reading> {
  const { action } = asked;
  const isBySignal = isOutOfUpdates(error);
  if (isBySignal) await signal(engine, id, asked);
  const after = await read(engine, id);
  refuseUndriven(after.document);
  if (after.document.endedAt !== undefined) return afterTheEnd(after, action);
  if (isBySignal) return afterSignal(after, action);
  throw isNotReady(error)
    ? new ActionConflict(`Temporal does not take the action now: ${saidBy(error)}`)
    : error;
}

/** @throws ActionConflict, WorkerUnavailable where no worker may, or can, carry anything out */
export function refuseUndriven({ state, paused, stalled }: TransactionDocument): void {
  if (paused !== undefined)
    throw new ActionConflict(
      `the transaction is paused in Temporal, and takes no action until: ${paused.unpause}`,
    );
  if (stalled !== undefined) throw new WorkerUnavailable(stallInWords(stalled));
  if (state === 'interrupted')
    throw new ActionConflict(
      'the transaction was ended from outside in Temporal and has not been taken up again',
    );
}

/**
 * Temporal keeps ten updates of a workflow waiting and turns the others away for the moment, and a worker may give one back that it did
 * not look at: so it is repeated, under one id, which makes one action of all repeats.
 */
async function update(engine: Engine, id: string, asked: Asked): Promise<TransactionDocument> {
  const handle = handleOf(engine, id);
  const { is } = asked.action;
  const argument = { ...argumentOf(asked), ...given({ seen: asked.seen }) };
  const options = { args: [argument] as [object], updateId: randomUUID() };
  const by = Date.now() + busyWithinMs;
  const execute = (): Promise<TransactionDocument> => handle.executeUpdate(updates[is], options);
  for (let ms = firstPauseMs; ; ms *= 2) {
    try {
      const leftMs = by - Date.now();
      return await within(engine, leftMs, execute, Math.min(updateWithinMs, leftMs));
    } catch (error) {
      if (!isWorthRepeating(error) || isTimeout(error) || Date.now() + ms >= by) throw error;
    }
    await pause(ms);
  }
}

/** The workflow hears it before any query that comes later. */
async function signal(engine: Engine, id: string, asked: Asked): Promise<void> {
  const argument = argumentOf(asked);
  await within(engine, updateWithinMs, () => handleOf(engine, id).signal(asked.action.is, argument));
}

/** The repeat of one that took effect is not written down again: what it says finds that one. @throws ActionConflict where it was ignored */
function afterSignal(reading: Reading, { is, ...said }: Action): Reading {
  const asked = Object.entries({ action: is, ...said });
  const heard = reading.document.actions?.findLast(each =>
    asked.every(([name, value]) => Reflect.get(each, name) === value),
  );
  if (heard?.ignored !== undefined) throw new ActionConflict(heard.ignored);
  return reading;
}

/** Of the workflow's own: nothing was done. */
const refusals: readonly string[] = ['Conflict', 'BadMessage', notAsSeen];

function reasonOf({ trouble }: Engine, error: unknown): Error | undefined {
  const refused = updateFailure(error);
  if (refused !== undefined && refusals.includes(refused.type)) return new ActionConflict(refused.message);
  if (!isWorthRepeating(error)) return undefined;
  return new WorkerUnavailable(
    `${trouble() ?? 'no worker answered'}: the request may still take effect; read the transaction, or repeat it`,
    { cause: error },
  );
}

export function afterTheEnd(reading: Reading, action: Action): Reading {
  if (tookEffect(reading.document, action)) return reading;
  throw new ActionConflict(
    `the transaction has ended ${reading.document.status}${instead(reading.document, action)}`,
  );
}

/** How the participant of a `resolve` has ended, who may have said another thing of it before. */
function instead({ participants }: TransactionDocument, action: Action): string {
  if (action.is !== 'resolve') return '';
  const { participant: name } = action;
  const p = participants.find(each => each.name === name);
  if (p === undefined)
    return `; ${noneNamed(
      name,
      participants.map(each => each.name),
    )}`;
  return `; ${p.forced === undefined ? `"${name}" is ${p.state}` : resolvedBefore(name, p.forced)}`;
}

function tookEffect(document: TransactionDocument, action: Action): boolean {
  switch (action.is) {
    case 'abort':
      return document.reason?.code === 'aborted';
    case 'retryNow':
      return document.actions?.some(a => a.action === 'retryNow' && a.ignored === undefined) ?? false;
    case 'resolve':
      return document.participants.some(
        p => p.name === action.participant && p.forced?.outcome === action.outcome,
      );
  }
}
