/** Owns the handlers of messages: one for each action, behind signal, update and workflow cancel alike. */
import {
  ApplicationFailure,
  CancellationScope,
  patched,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { isAsSeen } from '../../src/protocol/client/etag';
import { documentOf } from '../../src/protocol/transaction/document';
import { type Event, type OperatorEvent } from '../../src/protocol/transaction/events';
import { type Foreseen, foresee } from '../../src/protocol/transaction/foresee';
import { judge } from '../../src/protocol/transaction/operator';
import { openKeys } from '../../src/protocol/transaction/shown';
import { type Transaction } from '../../src/protocol/transaction/state';
import { store } from '../../src/protocol/transaction/stored';
import { plain } from '../../src/protocol/wire/plainText';
import { shortened } from '../../src/protocol/wire/shortened';
import { membersOf } from '../../src/protocol/wire/shapes';
import { tellsLeft } from './left';
import {
  type Foresight,
  type LeftBehind,
  type MessageName,
  abortSignal,
  abortUpdate,
  authorOf,
  foreseeQuery,
  leftQuery,
  lockGrantedSignal,
  notAsSeen,
  readLockGranted,
  readMessage,
  resolveSignal,
  resolveUpdate,
  retryNowSignal,
  retryNowUpdate,
  statusQuery,
  tagSeen,
} from './messages';
import { type Hearing } from './heard';
import { progressOf } from '../../src/engine/facts/memo';

interface Listener extends Pick<Hearing, 'asOf' | 'timed'> {
  readonly state: () => Transaction;
  readonly feed: (event: Event) => void;
  readonly document: () => TransactionDocument;
  /** An update is accepted. */
  readonly accept: () => void;
}

/** Temporal ends a workflow of 51,200 events. Whoever waits is tried by itself all the same, and what decides is heard to the end. */
const longestForRetries = 20_000;
const tooLongForRetries = `the transaction's history is longer than ${String(longestForRetries)} events: it goes on trying by itself`;

/** Histories of before there are messages without end have it: the rest was ignored. */
const heardBefore = 1000;

function heard(t: Transaction, event: OperatorEvent): Event {
  const why = whyUnheard(t, event);
  return why === undefined ? event : { type: 'misunderstood', action: event.type, by: event.by, why };
}

function whyUnheard(t: Transaction, { type }: OperatorEvent): string | undefined {
  if (t.actionCount >= heardBefore && !patched('messagesWithoutEnd'))
    return `more than ${String(heardBefore)} operator messages for one transaction`;
  return isTooLongFor(type) && patched('retriesWithinHistory') ? tooLongForRetries : undefined;
}

function isTooLongFor(action: MessageName): boolean {
  return action === 'retryNow' && workflowInfo().historyLength > longestForRetries;
}

export function listen({ state, asOf, timed, document, accept, feed: tell }: Listener): void {
  const feed = (event: Event): void => {
    tell(isOperator(event) ? heard(state(), event) : event);
  };
  const say = (name: MessageName | 'lockGranted', argument: unknown): void => {
    const event = name === 'lockGranted' ? readLockGranted(argument) : readMessage(name, argument);
    feed(
      typeof event === 'string'
        ? { type: 'misunderstood', action: name, by: authorOf(argument), why: event }
        : event,
    );
  };
  setHandler(statusQuery, options => {
    const now = document();
    return isAsOf(options) ? { document: now, asOf: asOf(), open: openKeys(state()) } : now;
  });
  setHandler(foreseeQuery, asked => {
    const foreseen = foreseenOf(state(), asked);
    return { ...foreseen, asOf: asOf() };
  });
  setHandler(leftQuery, ({ times }) => leftBehind(timed(times)));
  tellsLeft(() => leftBehind(state()));
  setHandler(abortSignal, argument => {
    say('abort', argument);
  });
  setHandler(retryNowSignal, argument => {
    say('retryNow', argument);
  });
  setHandler(resolveSignal, argument => {
    say('resolve', argument);
  });
  setHandler(lockGrantedSignal, argument => {
    say('lockGranted', argument);
  });
  setDefaultSignalHandler((name, argument) => {
    const why = 'there is no such signal: abort, retryNow and resolve are known';
    feed({ type: 'misunderstood', action: plain(shortened(name, 64)), by: authorOf(argument), why });
  });
  answerUpdate(abortUpdate, 'abort', { state, feed, document, accept });
  answerUpdate(retryNowUpdate, 'retryNow', { state, feed, document, accept });
  answerUpdate(resolveUpdate, 'resolve', { state, feed, document, accept });
  CancellationScope.current().cancelRequested.catch(() => {
    feed({ type: 'abort', by: 'workflow cancel' });
  });
}

function leftBehind(t: Transaction): LeftBehind {
  return { stored: store(t), progress: progressOf(documentOf(t)) };
}

/** What the update's validator and handler would make of it. */
function foreseenOf(t: Transaction, { action, at, ...said }: Foresight): Foreseen {
  const event = readMessage(action, said);
  if (typeof event === 'string') return { is: 'conflict', why: event };
  if (isTooLongFor(action)) return { is: 'conflict', why: tooLongForRetries };
  return foresee(t, event, at);
}

function isOperator(event: Event): event is OperatorEvent {
  return event.type === 'abort' || event.type === 'retryNow' || event.type === 'resolve';
}

function isAsOf(options: unknown): boolean {
  return membersOf(options)['asOf'] === true;
}

/** An update that does not apply is rejected by its validator, says why, and leaves no trace in history. */
function answerUpdate(
  update: typeof abortUpdate,
  name: MessageName,
  { state, feed, document, accept }: Pick<Listener, 'state' | 'feed' | 'document' | 'accept'>,
): void {
  const handler = (argument?: unknown): TransactionDocument => {
    accept();
    const event = readMessage(name, argument);
    if (typeof event !== 'string') feed(event);
    return document();
  };
  setHandler(update, handler, {
    validator: argument => {
      const event = readMessage(name, argument);
      if (typeof event === 'string') throw ApplicationFailure.nonRetryable(event, 'BadMessage');
      if (isTooLongFor(name)) throw ApplicationFailure.nonRetryable(tooLongForRetries, 'Conflict');
      const verdict = judge(state(), event);
      const seen = tagSeen(argument);
      const isRepeat = verdict.is === 'repeat' && name !== 'retryNow';
      if (seen !== undefined && !isRepeat && !isAsSeen(seen, document()))
        throw ApplicationFailure.nonRetryable('the transaction is not as it was seen', notAsSeen);
      if (verdict.is === 'conflict') throw ApplicationFailure.nonRetryable(verdict.why, 'Conflict');
    },
  });
}
