/** Owns what people may ask of a transaction, and what it makes of it: abort, retryNow, resolve; and provisional commit. */
import { unknownExposure } from '../../src/protocol/wire/answers';
import { apply } from '../../src/protocol/transaction/apply';
import { type Event, type OperatorEvent } from '../../src/protocol/transaction/events';
import { judge } from '../../src/protocol/transaction/operator';
import { type ForcedOutcome, type Transaction } from '../../src/protocol/transaction/state';
import { wanted } from '../../src/protocol/transaction/wanted';
import { timestamp } from '../../src/protocol/wire/phases';
import { waiting as waitingForLock } from './locked';
import { after, begun, came, committing, glance, keys, quietAt, refused, seen } from './transactions';

const abort: OperatorEvent = { type: 'abort', by: 'ann', reason: 'wrong order' };
const retryNow: OperatorEvent = { type: 'retryNow', by: 'ann' };
const resolve = (participant: string, outcome: ForcedOutcome): OperatorEvent => ({
  type: 'resolve',
  by: 'ann',
  reason: 'called them',
  participant,
  outcome,
});
const doing = (t: Transaction, event: Event, now = 2000): Transaction => apply(t, event, now);

describe('abort', () => {
  test('gives the votes up at once and rolls back when the prepares have ended', () => {
    const t = doing(begun(), abort);
    expect(keys(t)).toEqual([]);
    expect(seen(t)).toMatchObject({
      decision: 'rollback',
      reason: { code: 'aborted', detail: 'by ann: wrong order' },
      actions: [{ action: 'abort', by: 'ann', reason: 'wrong order', at: '1970-01-01T00:00:02.000Z' }],
    });
    const cut = after(t, 'prepare', { p1: came.yes, p2: came.cutOff });
    expect(keys(cut)).toEqual(['rollback round', 'quiet']);
  });

  test('overtakes votes of the same activation', () => {
    const t = after(doing(begun(), abort), 'prepare', { p1: came.yes, p2: came.yes });
    expect(seen(t).decision).toBe('rollback');
    expect(keys(t)).toEqual(['rollback round']);
  });

  test('comes too late after the last vote, and says so', () => {
    const t = doing(committing(), abort);
    expect(seen(t).decision).toBe('commit');
    expect(seen(t).actions).toMatchObject([{ ignored: 'the decision to commit has been taken' }]);
  });

  test('may be repeated, also after the end', () => {
    const aborted = after(doing(begun(), abort), 'prepare', {
      p1: came.refusedConnection,
      p2: came.refusedConnection,
    });
    expect(glance(aborted)).toBe('rolledback (rolledback): p1 unanswered, p2 unanswered');
    expect(judge(aborted, abort)).toEqual({ is: 'repeat' });
    expect(judge(refused(), abort).is).toBe('conflict');
  });
});

describe('retryNow', () => {
  test('cuts off what waits in its own lane, and calls again with nothing handed over', () => {
    const waiting = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    const cut = doing(waiting, retryNow);
    expect(keys(cut)).toEqual([]);
    const [again] = wanted(after(cut, 'commit', { p2: came.cutOff }));
    expect(again).toMatchObject({ key: 'commit p2 #4', call: { sentBefore: 0, endless: false } });
    expect(again).not.toHaveProperty('call.handover');
  });

  test('leaves the last error as it is: what it cut off itself is none', () => {
    const waiting = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    const again = after(doing(waiting, retryNow), 'commit', { p2: came.cutOff });
    expect(seen(again).participants[1]?.lastError).toMatchObject({ code: 'timeout' });
    const lost = after(begun(), 'prepare', { p1: came.no, p2: { ...came.yes, exposure: unknownExposure } });
    const acknowledged = after(lost, 'rollback', { p1: came.done, p2: came.done });
    const late = doing(doing(acknowledged, { type: 'quiet' }, quietAt), retryNow, quietAt);
    const untroubled = after(late, 'rollback', { p2: came.cutOff }, quietAt);
    expect(keys(untroubled)).toEqual(['rollback p2 #4']);
    expect(seen(untroubled).participants[1]).not.toHaveProperty('lastError');
  });

  test.each<[string, () => Transaction, string]>([
    [
      'only the late rollback is due',
      () =>
        after(after(begun(), 'prepare', { p1: came.no, p2: came.silent }), 'rollback', {
          p1: came.done,
          p2: came.done,
        }),
      `one more rollback is due at ${timestamp(quietAt)}, and not before`,
    ],
    ['a lock is waited for', waitingForLock, 'nobody is asked before all locks are held'],
  ])('is ignored, and says so, while %s', (_, from, why) => {
    expect(keys(doing(from(), retryNow))).toEqual(keys(from()));
    expect(seen(doing(from(), retryNow)).actions).toMatchObject([
      { ignored: `nothing waits for a retry: ${why}` },
    ]);
  });

  test('leaves a round alone', () => {
    expect(keys(doing(begun(), retryNow))).toEqual(['prepare round']);
  });

  test('takes an answer that came first', () => {
    const waiting = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    expect(seen(after(doing(waiting, retryNow), 'commit', { p2: came.done })).status).toBe('committed');
  });

  test('conflicts after the end, unless it took effect before', () => {
    const waiting = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    const ended = after(waiting, 'commit', { p2: came.done });
    expect(judge(ended, retryNow)).toEqual({ is: 'conflict', why: 'the transaction has ended' });
    const retried = after(doing(waiting, retryNow), 'commit', { p2: came.done });
    expect(judge(retried, retryNow)).toEqual({ is: 'repeat' });
  });
});

describe('resolve', () => {
  const stuck = (): Transaction => after(committing(), 'commit', { p1: came.done, p2: came.silent });

  test('settles whom phase two waits for, beside the decision', () => {
    const forced = doing(stuck(), resolve('p2', 'committed'));
    expect(keys(forced)).toEqual([]);
    const t = after(forced, 'commit', { p2: came.cutOff });
    expect(glance(t)).toBe('committed (committed): p1 committed, p2 forced');
    expect(seen(t)).not.toHaveProperty('heuristic');
    expect(seen(t).participants[1]?.forced).toEqual({
      outcome: 'committed',
      by: 'ann',
      reason: 'called them',
      at: '1970-01-01T00:00:02.000Z',
    });
  });

  test.each([
    ['rolledback', 'mixed'],
    ['unknown', 'hazard'],
  ] as const)('as %s while committing is %s', (outcome, heuristic) => {
    const t = doing(stuck(), resolve('p2', outcome));
    expect(seen(t)).toMatchObject({ decision: 'commit', heuristic });
  });

  test('reports an answer that contradicts it', () => {
    const t = after(doing(stuck(), resolve('p2', 'rolledback')), 'commit', { p2: came.done }, 3000);
    expect(seen(t).participants[1]?.contradiction).toEqual({
      answer: 'commit',
      at: '1970-01-01T00:00:03.000Z',
    });
  });

  test('may be repeated with the same outcome only, also after the end', () => {
    const t = after(doing(stuck(), resolve('p2', 'committed')), 'commit', { p2: came.cutOff });
    expect(judge(t, resolve('p2', 'committed'))).toEqual({ is: 'repeat' });
    expect(judge(t, resolve('p2', 'unknown'))).toEqual({
      is: 'conflict',
      why: '"p2" was resolved as committed by ann at 1970-01-01T00:00:02.000Z',
    });
  });

  test.each<[string, () => Transaction, string, string]>([
    ['nobody of that name', stuck, 'p9', 'there is no participant named "p9", but p1, p2'],
    ['before the decision', begun, 'p1', 'nothing is decided yet: abort it instead'],
    ['who has acknowledged', stuck, 'p1', 'phase two is not waiting for "p1"'],
  ])('conflicts for %s, and changes nothing', (_, from, participant, why) => {
    const t = doing(from(), resolve(participant, 'committed'));
    expect(seen(t).actions).toMatchObject([{ ignored: why }]);
    expect({ ...t, actions: [], actionCount: 0 }).toEqual(from());
  });

  test('before quietAt leaves one late rollback request to be sent, whatever it brings', () => {
    const loose = after(begun(), 'prepare', { p1: came.no, p2: came.silent });
    const asked = after(loose, 'rollback', { p1: came.done, p2: came.silent });
    const forced = after(doing(asked, resolve('p2', 'rolledback')), 'rollback', { p2: came.cutOff });
    expect(keys(forced)).toEqual(['quiet']);
    const late = doing(forced, { type: 'quiet' }, quietAt);
    expect(wanted(late)).toMatchObject([{ key: 'rollback p2 #4', call: { once: true } }]);
    expect(seen(after(late, 'rollback', { p2: came.silent }, quietAt)).state).toBe('rolledback');
  });
});

describe('messages without end', () => {
  test('are counted, the same one in a row kept once, and what applies is heard', () => {
    let t = begun();
    for (let count = 0; count < 2000; count += 1) t = doing(t, retryNow);
    expect(t.actionCount).toBe(2000);
    expect(t.actions).toMatchObject([{ action: 'retryNow', times: 2000 }]);
    expect(judge(t, abort).is).toBe('applies');
    expect(seen(doing(t, abort))).toMatchObject({ decision: 'rollback', reason: { code: 'aborted' } });
  });

  test('are kept to the newest', () => {
    let t = begun();
    for (let nth = 0; nth < 200; nth += 1) t = doing(t, { ...retryNow, by: `nr ${String(nth)}` });
    expect(t.actions).toHaveLength(50);
    expect(t.actions.at(-1)).toMatchObject({ by: 'nr 199' });
    expect(t.actions.at(-1)).not.toHaveProperty('times');
  });
});

describe('a provisional commit', () => {
  const limits = { ...begun().accepted.limits, completionAttempts: 1 };
  const provisional = (): Transaction => committing({ onCommitFailure: 'rollback', limits });

  test('decides nothing before everyone acknowledged', () => {
    expect(seen(provisional())).toMatchObject({ decision: null, state: 'committing', status: 'pending' });
    const t = after(provisional(), 'commit', { p1: came.done, p2: came.done });
    expect(seen(t)).toMatchObject({ decision: 'commit', status: 'committed' });
  });

  test('cannot be aborted', () => {
    const t = doing(provisional(), abort);
    expect(seen(t).actions).toMatchObject([{ ignored: 'commit is under way: it can no longer be aborted' }]);
    expect(keys(t)).toEqual(['commit round']);
  });

  test('is given up once when attempts run out, and rolls back whoever has not acknowledged', () => {
    const t = after(provisional(), 'commit', { p1: came.done, p2: came.silent });
    expect(seen(t)).toMatchObject({
      decision: 'rollback',
      heuristic: 'mixed',
      reason: { code: 'commitFailure', participant: 'p2' },
    });
    expect(wanted(t)).toMatchObject([{ key: 'rollback round', to: ['p2'] }]);
  });

  test('is a hazard when a commit may have arrived, and nothing when none can have', () => {
    const t = after(provisional(), 'commit', { p1: came.silent, p2: came.silent });
    expect(seen(t).heuristic).toBe('hazard');
    const unreached = after(provisional(), 'commit', {
      p1: came.refusedConnection,
      p2: came.refusedConnection,
    });
    expect(seen(unreached)).not.toHaveProperty('heuristic');
  });

  test('waits for the other commits to be given up before it rolls back', () => {
    const two = { ...limits, completionAttempts: 2 };
    const lost = after(committing({ onCommitFailure: 'rollback', limits: two }), 'commit', {
      p1: came.silent,
      p2: came.silent,
    });
    const gaveUp = after(lost, 'commit', { p2: came.spent });
    expect(seen(gaveUp).decision).toBe('rollback');
    expect(keys(gaveUp)).toEqual([]);
    expect(keys(after(gaveUp, 'commit', { p1: came.cutOff }))).toEqual(['rollback round']);
  });

  test('is found to have taken place by a 409 to the rollback', () => {
    const t = after(provisional(), 'commit', { p1: came.silent, p2: came.silent });
    const ended = after(t, 'rollback', { p1: came.foundCommitted, p2: came.done });
    expect(glance(ended)).toBe('rolledback (rolledback): p1 committed, p2 rolledback');
    expect(seen(ended).heuristic).toBe('mixed');
  });
});
