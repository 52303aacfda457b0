/** What an action would come to is what the core makes of it, once whatever it cuts off has ended. */
import { apply } from '../../src/protocol/transaction/apply';
import { documentOf } from '../../src/protocol/transaction/document';
import { type OperatorEvent } from '../../src/protocol/transaction/events';
import { type Foreseen, foresee } from '../../src/protocol/transaction/foresee';
import { type ForcedOutcome, type Transaction } from '../../src/protocol/transaction/state';
import * as locked from './locked';
import { after, begun, came, committing } from './transactions';

const now = 2000;
const abort: OperatorEvent = { type: 'abort', by: 'ann' };
const retryNow: OperatorEvent = { type: 'retryNow', by: 'ann' };
const resolve = (participant: string, outcome: ForcedOutcome): OperatorEvent => {
  return { type: 'resolve', by: 'ann', reason: 'called them', participant, outcome };
};

type Followed = Extract<Foreseen, { is: 'foreseen' }>;

function foreseen(t: Transaction, event: OperatorEvent): Followed {
  const found = foresee(t, event, now);
  if (found.is === 'conflict') throw new Error(found.why);
  return found;
}

const silent = (t: Transaction): Transaction => after(t, 'commit', { p1: came.done, p2: came.silent });

describe('resolve', () => {
  it.each([
    ['committed', { decision: 'commit', inconsistent: [], locksFree: [], ends: true }],
    [
      'rolledback',
      { decision: 'commit', heuristic: 'mixed', inconsistent: ['p2'], locksFree: [], ends: true },
    ],
    ['unknown', { decision: 'commit', heuristic: 'hazard', inconsistent: ['p2'], locksFree: [], ends: true }],
  ] as const)('of the last one as %s ends it, and says whom it leaves inconsistent', (outcome, follows) => {
    expect(foreseen(silent(committing()), resolve('p2', outcome)).follows).toEqual(follows);
  });

  it('does not end it while another is outstanding', () => {
    const t = after(committing(), 'commit', { p1: came.silent, p2: came.silent });
    expect(foreseen(t, resolve('p2', 'rolledback')).follows).toMatchObject({
      ...{ heuristic: 'mixed', inconsistent: ['p2'], ends: false },
    });
  });

  it('of whoever owes a late rollback does not end it before that is done', () => {
    const t = after(begun(), 'prepare', { p1: came.no, p2: came.silent });
    const waiting = after(t, 'rollback', { p1: came.done, p2: came.silent });
    const { follows } = foreseen(waiting, resolve('p2', 'rolledback'));
    expect(follows).toEqual({ decision: 'rollback', inconsistent: [], locksFree: [], ends: false });
  });

  it('takes the decision of a provisional commit with the last one', () => {
    const { document, follows } = foreseen(
      silent(committing({ onCommitFailure: 'rollback' })),
      resolve('p2', 'committed'),
    );
    expect(document.decision).toBeNull();
    expect(follows).toMatchObject({ decision: 'commit', ends: true });
  });
});

it('is told with the document that the action itself leaves, and changes nothing', () => {
  const t = silent(committing());
  const before = structuredClone(t);
  const event = resolve('p2', 'rolledback');
  expect(foreseen(t, event).document).toEqual(documentOf(apply(t, event, now)));
  expect(t).toEqual(before);
});

describe('of locks', () => {
  it('those that are held come free with the end', () => {
    const t = silent(locked.committing());
    expect(foreseen(t, resolve('p2', 'committed')).follows).toMatchObject({
      ...{ locksFree: ['a', 'b', 'c'], ends: true },
    });
  });

  it('an abort that nobody has to hear of gives back those that it has, also while others are asked for', () => {
    const follows = { decision: 'rollback', inconsistent: [], locksFree: ['a'], ends: true };
    expect(foreseen(locked.waiting(), abort).follows).toEqual(follows);
    expect(foreseen(locked.wanting(), abort).follows).toEqual({ ...follows, locksFree: [] });
  });
});

it('of an abort is a rollback to whoever may have been asked', () => {
  const { document, follows } = foreseen(begun(), abort);
  expect(document).toMatchObject({ decision: 'rollback', reason: { code: 'aborted' } });
  expect(follows).toEqual({ decision: 'rollback', inconsistent: [], locksFree: [], ends: false });
});

it('comes to an end for a retry too, which has its calls made anew', () => {
  const { follows } = foreseen(silent(committing()), retryNow);
  expect(follows).toEqual({ decision: 'commit', inconsistent: [], locksFree: [], ends: false });
});

it('is refused with the words with which the action would be', () => {
  const why = 'the decision to commit has been taken';
  expect(foresee(committing(), abort, now)).toEqual({ is: 'conflict', why });
});
