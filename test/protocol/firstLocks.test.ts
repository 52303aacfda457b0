/** What may be concluded of locks that were acquired within the first task (I12); the interleavings are the explorer's. */
import { mayHaveAskedWithinTask } from '../../src/coordinator/lock/firstTask';
import { leftUnbegun } from '../../src/coordinator/transaction/unbegun';
import { type HistoryEvent } from '../../src/engine/ask';
import { firstLocksAnswer } from '../../src/protocol/lock/results';
import { type LocksAnswer } from '../../src/protocol/lock/steps';
import { isOpen, joined, leftOf } from '../../src/protocol/transaction/firstLocks';
import { assumeAsked } from '../../src/protocol/transaction/firstRound';
import { resume } from '../../src/protocol/transaction/resume';
import { readStored } from '../../src/protocol/transaction/stored';
import { unknownExposure } from '../../src/protocol/wire/answers';
import { defaultPayloadConverter } from '@temporalio/common';
import { beginInput } from '../../workflows/transaction/input';
import { a, abort, answered, b, c, feed, fenced, locks, release, waitsFor, wanting } from './locked';
import { accepted, keys } from './transactions';

const asked = [a, b, c];
const open = (held: readonly (typeof a)[], was: boolean) =>
  ({ held: held.map(fenced), ending: { is: 'open', asked: was } }) as const;
const unknown = open([], true);

test.each([
  ['nothing', undefined, unknown],
  ['something else', { is: 'all' }, unknown],
  ['all, with one missing', { held: [fenced(a)], ending: { is: 'all' } }, unknown],
  ['a lock of another name', { held: [fenced(b)], ending: { is: 'open', asked: false } }, unknown],
  ['open, and says nothing else', { held: [], ending: { is: 'open' } }, unknown],
  ['open', open([a], false), open([a], false)],
  [
    'all',
    { held: asked.map(fenced), ending: { is: 'all' } },
    { held: asked.map(fenced), ending: { is: 'all' } },
  ],
  ['one that waits', { held: [fenced(a)], ending: waitsFor(b) }, { held: [fenced(a)], ending: waitsFor(b) }],
])('of a result that is %s, what is no answer has asked anybody', (_, result, answer) => {
  expect(firstLocksAnswer(result, asked)).toEqual(answer);
});

test('what is left is acquired in order, and joined with what is held already', () => {
  const within = open([a], false);
  expect(isOpen(within)).toBe(true);
  expect(leftOf(asked, within)).toEqual([b, c]);
  const rest: LocksAnswer = { held: [fenced(b)], ending: waitsFor(c) };
  expect(joined(within, rest)).toEqual({ held: [fenced(a), fenced(b)], ending: waitsFor(c) });
  expect(joined(open([a], true), rest)).toMatchObject({ repeated: true });
});

test('a lock that was asked and has not answered is told of the end, and one that nobody asked is not', () => {
  const ended = (was: boolean): readonly string[] => {
    const answer = joined(open([], was), { held: [], ending: waitsFor(a) });
    return release(feed(answered(wanting(), { ending: answer.ending, ...repeatedOf(answer) }), abort));
  };
  expect(ended(false)).toEqual(['a']);
  expect(ended(true)).toEqual(['a', 'b', 'c']);
});

const repeatedOf = ({ repeated }: LocksAnswer) => (repeated === undefined ? {} : { repeated });

test('of a task that was given out before, every lock and every participant counts as asked', () => {
  const t = assumeAsked(wanting());
  expect(t.participants.map(p => p.exposure.prepare)).toEqual(t.participants.map(() => unknownExposure));
  expect(t.locking?.reached).toBe(3);
  const refused = answered(t, { ending: { is: 'refused', resource: 'a', why: 'full' } });
  expect(keys(refused)).toEqual(['rollback round', 'quiet']);
});

test('a run that was closed in its first task may have asked everybody, and one that was not given out nobody', () => {
  const input = beginInput(accepted(['p1'], { locks }), { hasWorker: true });
  expect(input.version).toBe(7);
  const resumed = (wasGivenOut: boolean) => {
    const { stored } = leftUnbegun('tx', input, { at: 0, wasGivenOut });
    return resume(readStored(stored), { at: 1000, from: 'run', why: 'terminated' });
  };
  const t = resumed(true);
  expect(keys(t)).toEqual(['rollback round', 'quiet']);
  expect(t.locking?.reached).toBe(3);
  expect(keys(resumed(false))).toEqual([]);
});

test('without a worker beside it, nobody asks for the lane', () => {
  expect(beginInput(accepted(['p1'], { locks }), { hasWorker: false }).version).toBe(5);
});

describe('a closed history', () => {
  const began = [{}, {}, {}];
  const completed = { workflowTaskCompletedEventAttributes: {} };
  const marker = (type: string, result: unknown): object => {
    const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });
    const details = { data: payloads({ activity_type: type }), result: payloads(result) };
    return { markerRecordedEventAttributes: { details } };
  };
  const lostTry = { workflowTaskTimedOutEventAttributes: {} };
  const moreTime = { workflowTaskScheduledEventAttributes: {} };
  const all = { held: asked.map(fenced), ending: { is: 'all' } };
  const waits = { held: [], ending: waitsFor(a) };

  test.each<[string, boolean, object[]]>([
    ['whose first task was never given back', true, []],
    ['whose first task was lost', true, [lostTry]],
    ['whose first task had to have more time', true, [completed, moreTime]],
    ['that had all locks in its first task', true, [completed, marker('acquireFirst', all)]],
    ['that asked for votes in it', true, [completed, marker('prepareFirst', [])]],
    ['that waits for a lock', false, [completed, marker('acquireFirst', waits)]],
    ['that goes on acquiring', false, [completed, marker('acquireFirst', open([a], true))]],
    ['that had the regular lane', false, [completed, { activityTaskScheduledEventAttributes: {} }]],
  ])('%s may have asked for a vote: %s', (_, may, rest) => {
    expect(mayHaveAskedWithinTask([...began, ...rest] as HistoryEvent[])).toBe(may);
  });
});
