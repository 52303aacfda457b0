/** Owns the handlers of messages: one for each action, behind signal, update and workflow cancel alike. */
import {
  ApplicationFailure,
  CancellationScope,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { documentOf } from '../../src/protocol/transaction/document';
import { type Event } from '../../src/protocol/transaction/events';
import { judge } from '../../src/protocol/transaction/operator';
import { type Transaction } from '../../src/protocol/transaction/state';
import { store } from '../../src/protocol/transaction/stored';
import {
  type MessageName,
  abortSignal,
  abortUpdate,
  authorOf,
  leftQuery,
  lockGrantedSignal,
  readLockGranted,
  readMessage,
  resolveSignal,
  resolveUpdate,
  retryNowSignal,
  retryNowUpdate,
  statusQuery,
} from './messages';
import { progressOf } from '../../src/engine/facts/memo';

interface Listener {
  readonly state: () => Transaction;
  readonly feed: (event: Event) => void;
}

export function listen({ state, feed }: Listener): void {
  const say = (name: MessageName | 'lockGranted', argument: unknown): void => {
    const event = name === 'lockGranted' ? readLockGranted(argument) : readMessage(name, argument);
    feed(
      typeof event === 'string'
        ? { type: 'misunderstood', action: name, by: authorOf(argument), why: event }
        : event,
    );
  };
  setHandler(statusQuery, () => documentOf(state()));
  setHandler(leftQuery, () => ({ stored: store(state()), progress: progressOf(documentOf(state())) }));
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
    feed({ type: 'misunderstood', action: name.slice(0, 64), by: authorOf(argument), why });
  });
  answerUpdate(abortUpdate, 'abort', { state, feed });
  answerUpdate(retryNowUpdate, 'retryNow', { state, feed });
  answerUpdate(resolveUpdate, 'resolve', { state, feed });
  CancellationScope.current().cancelRequested.catch(() => {
    feed({ type: 'abort', by: 'workflow cancel' });
  });
}

/** An update that does not apply is rejected by its validator, says why, and leaves no trace in history. */
function answerUpdate(update: typeof abortUpdate, name: MessageName, { state, feed }: Listener): void {
  const handler = (argument?: unknown): TransactionDocument => {
    const event = readMessage(name, argument);
    if (typeof event !== 'string') feed(event);
    return documentOf(state());
  };
  setHandler(update, handler, {
    validator: argument => {
      const event = readMessage(name, argument);
      if (typeof event === 'string') throw ApplicationFailure.nonRetryable(event, 'BadMessage');
      const verdict = judge(state(), event);
      if (verdict.is === 'conflict') throw ApplicationFailure.nonRetryable(verdict.why, 'Conflict');
    },
  });
}
