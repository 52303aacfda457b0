/**
 * Owns the *reservation* way: the service's functions run in the local transaction that changes the record, so a crash
 * leaves both or neither. A record is only ever seen between calls, hence never as `preparing`.
 *
 * Concurrent calls for one record wait for each other at its row, which is read with a lock first.
 */
import { type Reservation, type Vote, no } from './contract';
import { type Engine, type PrepareCall } from './engine';
import { checkFences } from './ledger/fences';
import { callOf, commitStep, type CompletionAnswer, done, prepareStep, rollbackStep } from './ledger/record';
import { after, afterVote, change, claim, inState, lock, requestHash } from './ledger/votes';
import { type Session, type Store } from './stores/contract';

export function createReservationEngine<Tx>(store: Store<Tx>, work: Reservation<Tx>): Engine {
  const { dialect } = store;

  const prepare = (call: PrepareCall): Promise<Vote> =>
    store.transaction(async (session, tx) => {
      const now = Date.now();
      const record = await claim(session, dialect, { ...call, state: 'preparing', now, call });
      const step = prepareStep(record, call, requestHash(call), now);
      if (step.do === 'answer' && record.state !== 'preparing') return step.answer;
      const vote = step.do === 'answer' ? step.answer : await voteOn(session, tx, call);
      await change(session, call, afterVote(vote));
      return vote;
    });

  const voteOn = async (session: Session, tx: Tx, call: PrepareCall): Promise<Vote> => {
    const passedOn = await checkFences(session, dialect, call.locks);
    if (passedOn !== undefined) return no(passedOn);
    await session.query('SAVEPOINT dtc_vote');
    const vote = await work.prepare(tx, call);
    await session.query(
      vote.vote === 'yes' ? 'RELEASE SAVEPOINT dtc_vote' : 'ROLLBACK TO SAVEPOINT dtc_vote',
    );
    return vote;
  };

  return {
    prepare,
    commit: (key, settledBy) =>
      store.transaction(async (session, tx): Promise<CompletionAnswer> => {
        const record = await lock(session, dialect, key);
        const step = commitStep(record);
        if (step.do === 'answer') return step.answer;
        await work.commit(tx, callOf(step.record, 'commit'));
        await change(session, key, after('committed', settledBy));
        return done;
      }),
    rollback: (key, settledBy) =>
      store.transaction(async (session, tx): Promise<CompletionAnswer> => {
        const record = await claim(session, dialect, { ...key, state: 'rolledback', now: Date.now() });
        const step = rollbackStep(record);
        if (step.do === 'answer') return step.answer;
        await work.rollback(tx, callOf(step.record, 'rollback'));
        await change(session, key, after('rolledback', settledBy));
        return done;
      }),
    prepared: page => store.transaction(session => inState(session, ['prepared'], page)),
    reconcile: () => Promise.resolve({ ended: 0, unknown: [] }),
  };
}
