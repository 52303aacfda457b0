/**
 * Owns the *reservation* way: the service's functions run in the local transaction that changes the record, so a crash
 * leaves both or neither. A record is only ever seen between calls, hence never as `preparing`.
 *
 * A function that ends that transaction would part them without a sign: the savepoint set before it tells.
 *
 * Concurrent calls for one record wait for each other at its row, which is read with a lock first.
 */
import { type Reservation, type Vote, no } from './contract';
import { type ResourceManager, type PrepareCall } from './resourceManager';
import { checkFences } from './ledger/fences';
import { callOf, commitStep, type CompletionAnswer, done, prepareStep, rollbackStep } from './ledger/record';
import { after, afterVote, change, claim, inState, lock, requestHash } from './ledger/votes';
import { type Session, type Store } from './stores/contract';

export function createReservationManager<Tx>(
  store: Store<Tx>,
  work: Reservation<Tx>,
  service: string,
): ResourceManager {
  const { dialect } = store;
  const ledger = { dialect, service };

  const prepare = (call: PrepareCall): Promise<Vote> =>
    store.transaction(async (session, tx) => {
      const now = Date.now();
      const record = await claim(session, ledger, { ...call, state: 'preparing', now, call });
      const step = prepareStep(record, call, requestHash(call), now);
      if (step.do === 'answer' && record.state !== 'preparing') return step.answer;
      const vote = step.do === 'answer' ? step.answer : await voteOn(session, tx, call);
      await change(session, call, afterVote(vote));
      return vote;
    });

  const voteOn = async (session: Session, tx: Tx, call: PrepareCall): Promise<Vote> => {
    const passedOn = await checkFences(session, dialect, call.locks);
    if (passedOn !== undefined) return no(passedOn);
    return kept(
      session,
      () => work.prepare(tx, call),
      vote => vote.vote === 'yes',
    );
  };

  return {
    prepare,
    commit: (key, settledBy) =>
      store.transaction(async (session, tx): Promise<CompletionAnswer> => {
        const record = await lock(session, ledger, key);
        const step = commitStep(record);
        if (step.do === 'answer') return step.answer;
        await kept(session, () => work.commit(tx, callOf(step.record, 'commit', key.traceparent)));
        await change(session, key, after('committed', settledBy));
        return done;
      }),
    rollback: (key, settledBy) =>
      store.transaction(async (session, tx): Promise<CompletionAnswer> => {
        const record = await claim(session, ledger, { ...key, state: 'rolledback', now: Date.now() });
        const step = rollbackStep(record);
        if (step.do === 'answer') return step.answer;
        await kept(session, () => work.rollback(tx, callOf(step.record, 'rollback', key.traceparent)));
        await change(session, key, after('rolledback', settledBy));
        return done;
      }),
    prepared: page =>
      store.transaction(session => inState(session, ledger, { states: ['prepared'], ...page })),
    reconcile: () => Promise.resolve({ ended: 0, unknown: [], failed: [] }),
  };
}

/** What `work` did, undone where `wanted` says so. @throws where it ended the transaction that it runs in. */
async function kept<T>(
  session: Session,
  work: () => T | Promise<T>,
  wanted: (result: T) => boolean = () => true,
): Promise<T> {
  await session.query('SAVEPOINT dtc_work');
  const result = await work();
  await session.query(`${wanted(result) ? 'RELEASE' : 'ROLLBACK TO'} SAVEPOINT dtc_work`).catch(explain);
  return result;
}

/** Every database names the savepoint when it is gone, and nothing else that can go wrong here does. */
function explain(error: unknown): never {
  if (!(error instanceof Error && /savepoint/i.test(error.message))) throw error;
  throw new Error(
    'the service’s function ended the transaction it runs in: leave BEGIN, COMMIT, ROLLBACK, and what commits of itself, ' +
      'to the kit, or effect and record part at a crash',
    { cause: error },
  );
}
