/** What a worker may give as a result: ours is taken as it is, and of what is not nothing is believed. */
import { locksAnswer, lookedAt } from '../../src/protocol/lock/results';
import { scanned, settledOf, surveyed } from '../../src/protocol/orphans/results';
import { isOwnFailure, ownEnding, roundEndings } from '../../src/protocol/transaction/results';
import { unknownExposure, untouched } from '../../src/protocol/wire/answers';

const junk = [undefined, null, 0, 'yes', [], [null], {}, { is: 'yes' }, [[]], new Date(0)];
const why = { code: 'timeout', message: 'no answer' };
const yes = { participant: 'a', nth: 1, is: 'yes', exposure: unknownExposure, requests: 1 };
const asked = { participant: 'a', nth: 1 };

/** `value` with one member after the other taken away, or of another type. */
function broken(value: object): object[] {
  return Object.keys(value).flatMap(name => [
    Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)),
    { ...value, [name]: { an: 'object' } },
    { ...value, [name]: null },
  ]);
}

describe('a call', () => {
  it('is ended by an ending of its own, whole', () => {
    expect(ownEnding(yes, asked, 'prepare')).toBe(yes);
    expect(ownEnding({ ...yes, is: 'no', why }, asked, 'prepare')).toMatchObject({ is: 'no', why });
    expect(roundEndings([yes], [asked], 'prepare')).toEqual([yes]);
  });

  it.each([
    ...junk,
    ...broken(yes),
    { ...yes, nth: 2 },
    { ...yes, participant: 'b' },
    { ...yes, is: 'done' },
  ])('is lost with %j', result => {
    expect(ownEnding(result, asked, 'prepare')).toBeUndefined();
    expect(roundEndings([result], [asked], 'prepare')).toMatchObject([
      { ...asked, is: 'unavailable', exposure: unknownExposure, why: { code: 'workerLost' } },
    ]);
  });

  it('knows no yes in phase two, and no acknowledgement in phase one', () => {
    for (const phase of ['commit', 'rollback'] as const) expect(ownEnding(yes, asked, phase)).toBeUndefined();
    expect(ownEnding({ ...yes, is: 'foundCommitted' }, asked, 'commit')).toBeUndefined();
  });

  it('of a round is ended by its own place in it alone', () => {
    const b = { participant: 'b', nth: 3 };
    const swapped = roundEndings([{ ...yes, ...b }, yes], [asked, b], 'prepare');
    expect(swapped.map(each => each.is)).toEqual(['unavailable', 'unavailable']);
    expect(roundEndings([yes], [asked, b], 'prepare').map(each => each.is)).toEqual(['yes', 'unavailable']);
  });

  it('fails with what tells of its requests, or is lost', () => {
    const failure = { why, exposure: untouched, requests: 2 };
    expect(isOwnFailure(failure)).toBe(true);
    for (const each of [...junk, ...broken(failure)]) expect(isOwnFailure(each)).toBe(false);
  });
});

describe('locks', () => {
  const locks = ['a', 'b'].map(resource => ({ resource, mode: 'exclusive' as const }));
  const [a, b] = locks.map(each => ({ ...each, fencingToken: 7 }));
  const waits = { is: 'waits', resource: 'b', heldBy: ['t'], ahead: 0 };

  it.each([
    { held: [a, b], ending: { is: 'all' } },
    { held: [a], ending: waits },
    { held: [], ending: { is: 'refused', resource: 'a', why: 'full' }, repeated: true },
    { held: [a], ending: { is: 'overdue' } },
  ])('are answered by %j', answer => {
    expect(locksAnswer(answer, locks)).toBe(answer);
  });

  it.each([
    ...junk,
    { held: [], ending: { is: 'all' } },
    { held: [b], ending: { is: 'overdue' } },
    { held: [b, a], ending: { is: 'all' } },
    { held: [a], ending: { ...waits, resource: 'c' } },
    ...broken({ held: [a, b], ending: { is: 'all' } }),
    ...broken(waits).map(ending => ({ held: [a], ending })),
  ])('are not held by %j', answer => {
    expect(locksAnswer(answer, locks)).toEqual({ held: [], ending: { is: 'lost' } });
  });

  it('are looked at by who says so of this holder', () => {
    const looked = [{ holder: 'x', saw: 'ended' }];
    expect(lookedAt(looked, ['x'])).toEqual(looked);
    for (const each of [...junk, ...broken({ holder: 'x', saw: 'ended' }), { holder: 'y', saw: 'ended' }])
      expect(lookedAt([each], ['x'])).toEqual([{ holder: 'x', saw: 'unread' }]);
  });
});

describe('a sweep', () => {
  const survey = { interrupted: [], interruptedCount: 0, stuck: [], stuckCount: 0 };
  const counts = { entries: 1, foreign: 0, running: 0, prepared: 0, unknown: 0 };
  const decided = [{ transactionId: 't', participant: 'a', decision: 'commit' }];
  const scan = { counts, decided, unknown: [], interrupted: [] };

  it('takes a survey and a list of ours', () => {
    expect(surveyed(survey)).toBe(survey);
    expect(scanned(scan)).toBe(scan);
  });

  it.each([...junk, ...broken(survey)])('knows nothing by the survey %j', each => {
    expect(surveyed(each)).toBeUndefined();
  });

  it.each([...junk, ...broken(scan), { ...scan, decided: [{ ...decided[0], decision: 'x' }] }])(
    'has not read the list by %j',
    each => {
      expect(scanned(each)).toMatchObject({ decided: [], trouble: expect.any(String) as unknown });
    },
  );

  it('has failed where nobody says what came of an action', () => {
    const done = { is: 'done', at: 5 } as const;
    expect(settledOf([done, { is: 'gone' }], { count: 2, now: 9 })).toEqual([done, { is: 'gone' }]);
    for (const each of [...junk, ...broken(done)])
      expect(settledOf([each], { count: 1, now: 9 })).toMatchObject([{ is: 'failed', at: 9 }]);
  });
});
