/**
 * Owns the *XA* way: the effect is a branch that the database keeps prepared, and ends by name from any connection.
 *
 * Record and branch are two things, so their order is what makes it right:
 * - the record is durable before the branch begins, so that no prepared branch is without one;
 * - a yes is answered once the branch is prepared *and* the record says so. A branch that is prepared under a record that
 *   still says `preparing` belongs to a call that died: the next prepare finds it and answers the same yes;
 * - a rollback is in the record before the branch is rolled back, so a late prepare is refused from then on;
 * - a commit is in the record after the branch was committed. In between, the row that each branch holds proves it, to a
 *   repeat as to a rollback.
 *
 * Calls for one record wait for each other at its row. A process that lost that lock (its connection died while it was
 * frozen) may still prepare a branch under a record that has ended meanwhile: `rollback` and `reconcile` end such a one.
 */
import { type BranchKey, no, type Vote, type XaWork } from './contract';
import {
  type ResourceManager,
  type Page,
  type Failed,
  type PrepareCall,
  type Reconciled,
} from './resourceManager';
import { checkFences } from './ledger/fences';
import {
  commitStep,
  type CompletionAnswer,
  done,
  prepareStep,
  rollbackStep,
  type VoteRecord,
  wasCommitted,
} from './ledger/record';
import {
  after,
  afterVote,
  branchWasCommitted,
  change,
  claim,
  inState,
  type Ledger,
  lock,
  look,
  markBranch,
  requestHash,
} from './ledger/votes';
import { type ListedBranch, type Session, type XaStore } from './stores/contract';
import { given } from '../protocol/wire/given';

export function createXaManager<Tx>(store: XaStore<Tx>, work: XaWork<Tx>, service: string): ResourceManager {
  const { dialect, branches } = store;
  const ledger = { dialect, service };
  const isListed = async (key: BranchKey): Promise<boolean> => names(await branches.list()).has(nameOf(key));

  const prepare = async (call: PrepareCall): Promise<Vote> => {
    const record = { ...call, state: 'preparing', now: Date.now(), call } as const;
    await store.transaction(session => claim(session, ledger, record));
    return store.transaction(session => prepareLocked(session, call));
  };

  const prepareLocked = async (session: Session, call: PrepareCall): Promise<Vote> => {
    const record = await lock(session, ledger, call);
    if (record === undefined) throw new Error('the record vanished: somebody deleted it by hand');
    const found = record.state === 'preparing' && (await isListed(call));
    const step = prepareStep(
      found ? { ...record, state: 'prepared' } : record,
      call,
      requestHash(call),
      Date.now(),
    );
    if (step.do === 'answer' && record.state !== 'preparing') return step.answer;
    if (found) {
      await branches.free(call); // the call that died may live on in the database, and a yes is one that can be committed
      await checkFences(session, dialect, call.locks); // nor could it keep what it saw
    }
    const vote = step.do === 'answer' ? step.answer : await voteOn(session, call);
    if (vote.vote === 'yes' || !found) await change(session, call, afterVote(vote));
    return vote;
  };

  const voteOn = async (session: Session, call: PrepareCall): Promise<Vote> => {
    const passedOn = await checkFences(session, dialect, call.locks);
    if (passedOn !== undefined) return no(passedOn);
    return branches.prepare(call, async (inBranch, tx) => {
      await markBranch(inBranch, call);
      return work.prepare(tx, call);
    });
  };

  const commit = async (key: BranchKey, settledBy?: string): Promise<CompletionAnswer> => {
    const attempt = (): Promise<CompletionAnswer | undefined> =>
      store.transaction(session => commitLocked(session, key, settledBy));
    // Again in a new one: where the service set REPEATABLE READ or SERIALIZABLE, a transaction that waited for another to
    // commit the branch does not see what that one committed.
    const answer = (await attempt()) ?? (await attempt());
    if (answer === undefined) throw vanished(key);
    return answer;
  };

  /** Undefined where the branch is gone, and this transaction does not see that it was committed. */
  const commitLocked = async (
    session: Session,
    key: BranchKey,
    settledBy?: string,
  ): Promise<CompletionAnswer | undefined> => {
    const step = commitStep(await lock(session, ledger, key));
    if (step.do === 'answer') return step.answer;
    const ended = await branches.commit(key);
    if (ended === 'absent' && !(await branchWasCommitted(session, key))) return undefined;
    await change(session, key, after('committed', settledBy));
    return done;
  };

  const rollback = async (key: BranchKey, settledBy?: string): Promise<CompletionAnswer> => {
    const answer = await store.transaction(async (session): Promise<CompletionAnswer> => {
      const record = await claim(session, ledger, { ...key, state: 'rolledback', now: Date.now() });
      const step = rollbackStep(record);
      if (step.do === 'answer') return step.answer;
      if (await branchWasCommitted(session, key)) return recordCommit(session, key);
      await change(session, key, after('rolledback', settledBy));
      return done;
    });
    if (answer.is === 'refused' || (await branches.rollback(key)) === 'done') return answer;
    // gone, maybe by a commit that was under way since before: its process died, and the database went on with it
    return store.transaction(async session => {
      await lock(session, ledger, key);
      return (await branchWasCommitted(session, key)) ? recordCommit(session, key) : answer;
    });
  };

  return {
    prepare,
    commit,
    rollback,
    prepared: page => preparedOf(store, ledger, page),
    reconcile: () => reconcile(store, service),
  };
}

/** What a commit that died in between could not say itself. A rollback is refused by it. */
async function recordCommit(session: Session, key: BranchKey): Promise<CompletionAnswer> {
  await change(session, key, after('committed'));
  return wasCommitted;
}

/** Of the records that may hold something, those whose branch is prepared. */
async function preparedOf<Tx>(
  store: XaStore<Tx>,
  ledger: Ledger,
  { limit, after }: Page,
): Promise<VoteRecord[]> {
  const listed = names(await store.branches.list());
  const found: VoteRecord[] = [];
  for (let from = after; ;) {
    const position = given({ after: from });
    const records = await store.transaction(session =>
      inState(session, ledger, { states: ['preparing', 'prepared'], limit, ...position }),
    );
    found.push(...records.filter(each => listed.has(nameOf(each))));
    from = records.at(-1);
    if (records.length < limit || found.length >= limit) return found.slice(0, limit);
  }
}

/** Branches that are prepared although their record ended otherwise: nobody would ask for them again. */
async function reconcile<Tx>(store: XaStore<Tx>, service: string): Promise<Reconciled> {
  const found: { ended: number; unknown: ListedBranch[]; failed: Failed[] } = {
    ended: 0,
    unknown: [],
    failed: [],
  };
  for (const key of await store.branches.list()) {
    const record = await store.transaction(session => look(session, key)); // no lock: what ended stays so
    if (record === undefined) found.unknown.push(key);
    if (record?.service !== service || record.state === 'preparing' || record.state === 'prepared') continue;
    await store.branches.rollback(key).then(
      how => (found.ended += how === 'done' ? 1 : 0),
      (error: unknown) => found.failed.push({ key, error }), // of the others some can be ended all the same
    );
  }
  return found;
}

function names(keys: readonly BranchKey[]): ReadonlySet<string> {
  return new Set(keys.map(nameOf));
}

/** No two keys give the same: neither part holds a slash. */
function nameOf({ transactionId, participant }: BranchKey): string {
  return `${transactionId}/${participant}`;
}

function vanished({ transactionId, participant }: BranchKey): Error {
  return new Error(
    `the prepared branch of ${transactionId}/${participant} is gone from the database although it was never committed ` +
      'or rolled back by the kit: somebody ended it in the database. How the transaction was decided, GET /transactions/<id> ' +
      'of its coordinator says; whether its change is here, the data does. Settle it as rolled back only once both are known',
  );
}
