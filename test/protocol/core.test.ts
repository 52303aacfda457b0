/** Owns the core's behaviour as sentences, from acceptance to the end; `operator.test.ts` has what people ask for. */
import { apply } from '../../src/protocol/transaction/apply';
import { type Transaction } from '../../src/protocol/transaction/state';
import { wanted } from '../../src/protocol/transaction/wanted';
import {
  after,
  begun,
  came,
  committing,
  decideBy,
  glance,
  keys,
  named,
  quietAt,
  refused,
  seen,
} from './transactions';

const quiet = (t: Transaction): Transaction => apply(t, { type: 'quiet' }, quietAt);

describe('while everyone answers', () => {
  test('everyone is asked in one round', () => {
    expect(wanted(begun())).toEqual([
      { do: 'round', key: 'prepare round', phase: 'prepare', to: ['p1', 'p2'] },
    ]);
    expect(glance(begun())).toBe('preparing (pending): p1 preparing, p2 preparing');
  });

  test('the last yes decides commit, and the commits leave with the decision', () => {
    const t = committing();
    expect(seen(t).decision).toBe('commit');
    expect(keys(t)).toEqual(['commit round']);
    expect(glance(t)).toBe('committing (pending): p1 committing, p2 committing');
  });

  test('it ends when everyone acknowledged', () => {
    const t = after(committing(), 'commit', { p1: came.done, p2: came.done }, 2000);
    expect(glance(t)).toBe('committed (committed): p1 committed, p2 committed');
    expect(seen(t).endedAt).toBe('1970-01-01T00:00:02.000Z');
    expect(keys(t)).toEqual([]);
  });

  test('an ending of no open call changes nothing', () => {
    const t = committing();
    const stale = { participant: 'p1', nth: 1, requests: 1, ...came.no };
    expect(apply(t, { type: 'callsEnded', phase: 'prepare', endings: [stale] }, 1)).toEqual(t);
  });
});

describe('a refusal', () => {
  test('decides rollback, and says who refused', () => {
    const { decision, reason } = seen(refused());
    expect(decision).toBe('rollback');
    expect(reason).toEqual({ code: 'refused', participant: 'p2', detail: 'it was refused' });
  });

  test('sends rollback to everyone who may have got a prepare, the one that refused too', () => {
    expect(wanted(refused())).toMatchObject([{ key: 'rollback round', to: ['p1', 'p2'] }]);
  });

  test('does not send rollback to who was not reached', () => {
    const t = after(begun(), 'prepare', { p1: came.no, p2: came.refusedConnection });
    expect(wanted(t)).toMatchObject([{ key: 'rollback round', to: ['p1'] }]);
  });

  test('that comes beside an unavailable participant asks that one no more', () => {
    const t = after(begun(), 'prepare', { p1: came.no, p2: came.silent });
    expect(keys(t)).toEqual(['rollback round', 'quiet']);
  });

  test('ends rolled back when everyone acknowledged', () => {
    const t = after(refused(), 'rollback', { p1: came.done, p2: came.done });
    expect(glance(t)).toBe('rolledback (rolledback): p1 rolledback, p2 rolledback');
  });
});

describe('a participant without an answer', () => {
  const handedOver = (): Transaction =>
    after(begun(), 'prepare', { p1: came.yes, p2: came.refusedConnection });

  test('goes on in its own lane, with the failure and the count handed over', () => {
    const [own] = wanted(handedOver());
    expect(own).toMatchObject({
      do: 'own',
      key: 'prepare p2 #2',
      call: { sentBefore: 1, handover: { code: 'connection' }, endless: false },
    });
  });

  test('may still say yes', () => {
    expect(seen(after(handedOver(), 'prepare', { p2: came.yes })).decision).toBe('commit');
  });

  test('is given up when its attempts are used up', () => {
    const { reason, decision } = seen(after(handedOver(), 'prepare', { p2: came.spent }));
    expect(decision).toBe('rollback');
    expect(reason).toMatchObject({ code: 'unavailable', participant: 'p2' });
  });

  test('is given up by the round where one attempt is all', () => {
    const limits = { ...begun().accepted.limits, prepareAttempts: 1 };
    const t = after(begun({ limits }), 'prepare', { p1: came.yes, p2: came.refusedConnection });
    expect(seen(t).reason?.code).toBe('unavailable');
  });

  test('loses its whole round with the worker: everyone goes on alone, and may have been asked', () => {
    const t = after(begun(), 'prepare', { p1: came.lost, p2: came.lost });
    expect(keys(t)).toEqual(['prepare p1 #2', 'prepare p2 #2']);
    expect(t.participants.every(p => p.exposure.prepare.unanswered)).toBe(true);
  });
});

describe('the deadline', () => {
  test('turns votes that came in time and late into rollback', () => {
    const t = after(begun(), 'prepare', { p1: came.yes, p2: came.yes }, decideBy);
    expect(seen(t)).toMatchObject({ decision: 'rollback', reason: { code: 'deadline' } });
  });

  test('ends the asking', () => {
    const asked = after(begun(), 'prepare', { p1: came.yes, p2: came.silent });
    const t = after(asked, 'prepare', { p2: came.late }, decideBy - 1);
    expect(seen(t).reason).toMatchObject({ code: 'deadline', participant: 'p2' });
  });

  test('is the reason, with the last failure, where only the next request would have come after it', () => {
    const asked = after(begun(), 'prepare', { p1: came.yes, p2: came.silent });
    const t = after(asked, 'prepare', { p2: { ...came.spent, outOfTime: true } }, decideBy - 100);
    expect(seen(t).reason).toEqual({ code: 'deadline', participant: 'p2', detail: 'it was timeout' });
  });
});

describe('phase two', () => {
  const limits = { ...begun().accepted.limits, completionAttempts: 1 };

  test('needs attention when a commit was tried as often as configured, and goes on for ever', () => {
    const one = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    expect(glance(one)).toBe('committing (pending): p1 committed, p2 committing');
    const t = after(one, 'commit', { p2: came.spent });
    expect(glance(t)).toBe('committing (pending, needs attention): p1 committed, p2 committing');
    expect(wanted(t)).toMatchObject([{ call: { endless: true } }]);
  });

  test('needs attention no more once the straggler acknowledged', () => {
    const stuck = after(committing({ limits }), 'commit', { p1: came.done, p2: came.silent });
    expect(seen(stuck).needsAttention).toBe(true);
    expect(glance(after(stuck, 'commit', { p2: came.done }))).toBe(
      'committed (committed): p1 committed, p2 committed',
    );
  });

  test('reports rolledback at once when the one that is gone did not vote yes', () => {
    const begunOne = after(begun(), 'prepare', { p1: came.no, p2: came.silent });
    const t = after(begunOne, 'rollback', { p1: came.done, p2: came.silent });
    expect(glance(t)).toBe('rollingBack (rolledback): p1 rolledback, p2 rollingBack');
    expect(seen(t).endedAt).toBeUndefined();
  });

  test('reports rolledback of a yes-voter that is gone when its attempts are used up', () => {
    const one = after(refused(), 'rollback', { p1: came.silent, p2: came.done });
    expect(seen(one).status).toBe('pending');
    expect(glance(after(one, 'rollback', { p1: came.spent }))).toBe(
      'rollingBack (rolledback, needs attention): p1 rollingBack, p2 rolledback',
    );
  });

  test('does not count a rollback that was lost with its worker as tried', () => {
    const t = after(after(begun(), 'prepare', { p1: came.no, p2: came.silent }), 'rollback', {
      p1: came.done,
      p2: came.lost,
    });
    expect(seen(t).status).toBe('pending');
  });
});

describe('a loose participant', () => {
  const loose = (): Transaction => after(begun(), 'prepare', { p1: came.no, p2: came.silent });

  test('has its timer from the decision on, and only when rolling back', () => {
    expect(keys(loose())).toContain('quiet');
    const committed = after(after(begun(), 'prepare', { p1: came.yes, p2: came.silent }), 'prepare', {
      p2: came.yes,
    });
    expect(keys(committed)).toEqual(['commit round']);
  });

  test('gets one more rollback at quietAt though it acknowledged, and the transaction ends after it', () => {
    const acknowledged = after(loose(), 'rollback', { p1: came.done, p2: came.done });
    expect(glance(acknowledged)).toBe('rollingBack (rolledback): p1 rolledback, p2 rolledback');
    const late = quiet(acknowledged);
    expect(keys(late)).toEqual(['rollback p2 #3']);
    expect(glance(after(late, 'rollback', { p2: came.done }))).toBe(
      'rolledback (rolledback): p1 rolledback, p2 rolledback',
    );
  });

  test('is sent the late rollback until it acknowledges', () => {
    const late = quiet(after(loose(), 'rollback', { p1: came.done, p2: came.done }));
    const failed = after(late, 'rollback', { p2: came.spent }, quietAt);
    expect(keys(failed)).toEqual(['rollback p2 #4']);
    expect(seen(failed).needsAttention).toBe(true);
  });

  test('has what it is being sent at quietAt begun anew, its attempts counted on', () => {
    const asked = after(loose(), 'rollback', { p1: came.done, p2: came.silent });
    const cut = quiet(asked);
    expect(keys(cut)).toEqual([]);
    const [again] = wanted(after(cut, 'rollback', { p2: came.cutOff }, quietAt));
    expect(again).toMatchObject({ key: 'rollback p2 #4', call: { late: true, sentBefore: 2 } });
  });
});

describe('the document', () => {
  test('shows no query of a URL, and what failed last', () => {
    const [, p2] = seen(after(begun(), 'prepare', { p1: came.yes, p2: came.silent })).participants;
    expect(p2).toEqual({
      name: 'p2',
      url: 'http://p2/prepare?redacted',
      state: 'preparing',
      attempts: 1,
      lastError: { code: 'timeout', message: 'it was timeout', at: '1970-01-01T00:00:01.000Z' },
    });
  });

  test('has times as RFC 3339 and labels as given', () => {
    expect(seen(begun({ labels: { order: '7' } }))).toMatchObject({
      createdAt: '1970-01-01T00:00:00.000Z',
      decideBy: '1970-01-01T00:01:00.000Z',
      labels: { order: '7' },
    });
  });
});

test('a broken invariant is refused by its number', () => {
  const t = committing();
  const tampered = { ...t, participants: t.participants.map(p => ({ ...p, vote: 'no' as const })) };
  expect(() => after(tampered, 'commit', { p1: came.done })).toThrow('I1');
  expect(named(t, 'p1').vote).toBe('yes');
});
