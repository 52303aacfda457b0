/**
 * Owns the life of the lock on one resource as a durable workflow, `lock:<resource>`: the driver of the pure core. It starts with
 * the first use and closes when nothing is held, awaited or to be remembered.
 *
 * I12: state is rebuilt by replay; a grant is durable with the workflow task that answers or tells it. The time of that task,
 * not of the workflow's start, makes the token: a lock that was open in a restored backup does not repeat the lost tokens.
 * Nothing is lost in between runs: it closes and continues as new only with no message, look or tale under way.
 */
import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type AcquireAnswer, holdersOf, isBeingLookedAt, standingIn } from '../../src/protocol/lock/answer';
import { applyToLock, isAllowed, refusalOf } from '../../src/protocol/lock/apply';
import { type LockDocument } from '../../src/protocol/client/locks';
import { lockDocumentOf } from '../../src/protocol/lock/document';
import { type Acquire, type LockEvent } from '../../src/protocol/lock/events';
import { type Lock, hasToBeSeen, isIdle, unseeing } from '../../src/protocol/lock/state';
import { type LockInput, lockOf, lockVersion } from '../../src/protocol/lock/stored';
import { type LockWork, lockWork } from '../../src/protocol/lock/wanted';
import { given } from '../../src/protocol/wire/given';
import { plain } from '../../src/protocol/wire/plainText';
import { shortened } from '../../src/protocol/wire/shortened';
import { type Scope, keep } from '../keep';
import { cancellationScopes } from '../scopes';
import { lockDetailsOf } from './details';
import {
  type AcquireMessage,
  type Released,
  acquireUpdate,
  isAcquire,
  lockStatusQuery,
  readRelease,
  releaseSignal,
  releaseUpdate,
  standingQuery,
  tokenSeen,
} from './messages';
import { performLockWork } from './perform';

/** Some hundred grants; replaying that much takes a worker a few milliseconds. */
const longestHistory = 2000;

export async function lock(input: LockInput): Promise<LockDocument> {
  let state = lockOf(input);
  const { version } = input;
  const keeper = keep<LockWork, LockEvent, Scope>(
    { wanted: () => lockWork(state, Date.now()), perform: work => performLockWork(state, work), feed },
    cancellationScopes(),
  );

  function feed(event: LockEvent): void {
    state = applyToLock(asRecorded(state, version), event, Date.now());
    keeper.reconcile();
    setCurrentDetails(lockDetailsOf(lockDocumentOf(state)));
  }

  /** Nothing is under way but the wait for time to pass. */
  function isAtRest(): boolean {
    const busy = keeper.underWay().some(key => !key.startsWith('wake '));
    return !busy && (isIdle(state, Date.now()) || isLong());
  }

  // whoever starts a lock says something to it: before that is heard, it only seems to be idle
  const hasHeard = listen({ version, state: () => state, feed });
  const idle = await CancellationScope.nonCancellable(async () => {
    keeper.reconcile();
    const isOver = (): boolean => hasHeard() && allHandlersFinished() && isAtRest();
    await condition(() => keeper.broken() !== undefined || isOver());
    const broken = keeper.broken();
    if (broken !== undefined) throw broken.error;
    return isIdle(state, Date.now());
  });
  return idle ? lockDocumentOf(state) : continueAsNew<typeof lock>({ version: lockVersion, lock: state });
}

/** Histories of before grants had to be seen have none that lasts less than its lease. */
function asRecorded(state: Lock, version: LockInput['version']): Lock {
  return version > 1 || !hasToBeSeen(state) || patched('grantsToBeSeen') ? state : unseeing(state);
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > longestHistory || continueAsNewSuggested;
}

interface Listener extends Pick<LockInput, 'version'> {
  readonly state: () => Lock;
  readonly feed: (event: LockEvent) => void;
}

/** Returns whether anything was heard. What a lock that continues as new carries on, it has heard before. */
function listen({ version, state, feed }: Listener): () => boolean {
  const { lastToken, waiters, tombstones } = state();
  let heard = lastToken + waiters.length + tombstones.length > 0;
  const release = (argument: unknown): Released => {
    heard = true;
    const event = readRelease(argument);
    if (event === undefined) return { released: false };
    const had = standingIn(state(), event.holder) !== undefined && isAllowed(state(), event);
    feed(event);
    return { released: had && standingIn(state(), event.holder) === undefined };
  };
  setHandler(lockStatusQuery, () => lockDocumentOf(state()));
  setHandler(standingQuery, holder => standingIn(state(), holder) ?? null);
  const acquiring = (message: AcquireMessage): Promise<AcquireAnswer> => {
    heard = true;
    return acquire({ version, state, feed }, message);
  };
  setHandler(acquireUpdate, acquiring, {
    validator: argument => {
      if (!isAcquire(argument))
        throw ApplicationFailure.nonRetryable('no acquire of this version', 'BadMessage');
    },
  });
  setHandler(releaseUpdate, release, {
    validator: argument => {
      const event = readRelease(argument);
      if (event === undefined)
        throw ApplicationFailure.nonRetryable('release needs "holder", a string', 'BadMessage');
      const seen = tokenSeen(argument);
      if (seen === 'none')
        throw ApplicationFailure.nonRetryable('"fencingToken" must be a whole number', 'BadMessage');
      const isThere = standingIn(state(), event.holder) !== undefined; // else there is nothing to compare, nor to release
      const { fencingToken } = state().holders.find(({ holder }) => holder === event.holder) ?? {};
      if (seen !== undefined && isThere && seen !== fencingToken)
        throw ApplicationFailure.nonRetryable('it is not held with that token', 'Conflict');
    },
  });
  setHandler(releaseSignal, argument => {
    const { released } = release(argument);
    if (!released) log.info('a release changed nothing: its holder neither held nor awaited the lock', {});
  });
  setDefaultSignalHandler(name => {
    heard = true;
    log.warn('there is no such signal: release is known', { signal: plain(shortened(name, 64)) });
  });
  return () => heard;
}

/** Whoever is about to be looked at is answered after the look. */
async function acquire(
  { version, state, feed }: Listener,
  { waitMs, ranAt, ...message }: AcquireMessage,
): Promise<AcquireAnswer> {
  const until = Date.now() + waitMs;
  const event: Acquire = { type: 'acquire', ...message, until, ...(version > 1 ? given({ ranAt }) : {}) };
  const why = refusalOf(state(), event, Date.now());
  if (why !== undefined) return { is: 'refused', why, heldBy: holdersOf(state()) };
  feed(event);
  await condition(() => !isBeingLookedAt(state(), event.holder));
  return standingIn(state(), event.holder) ?? { is: 'refused', why: 'late', heldBy: holdersOf(state()) };
}
