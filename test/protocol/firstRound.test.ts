/** What may be concluded of the first round within the first task (I3, I8); the interleavings are the explorer's. */
import {
  assumeAsked,
  endedAtOnce,
  endedByLoss,
  isFirstTry,
  lostBefore,
  takesFastLane,
} from '../../src/protocol/transaction/firstRound';
import { type Ending } from '../../src/protocol/transaction/events';
import { unknownExposure, untouched } from '../../src/protocol/wire/answers';
import { begun } from './transactions';

const yes: Ending = {
  participant: 'p1',
  nth: 1,
  is: 'yes',
  exposure: { reached: true, unanswered: false, notNo: true },
  requests: 1,
};
const asked = [
  { participant: 'p1', nth: 1 },
  { participant: 'p2', nth: 1 },
];

test.each([
  [3, true],
  [4, false], // a message came before it
  [6, false], // a try that was lost: its end, and the next one scheduled and started
])('with %d events of history the task was never given out before: %s', (historyLength, isFirst) => {
  expect(isFirstTry(historyLength)).toBe(isFirst);
  expect(takesFastLane({ historyLength, waitedMs: 0 })).toBe(isFirst);
});

test('a task that had to wait for its worker has the regular lane', () => {
  expect(takesFastLane({ historyLength: 3, waitedMs: 2 })).toBe(false);
});

test.each([
  ['nothing', undefined, []],
  ['something else', { is: 'yes' }, []],
  ['an ending of another call', [{ ...yes, nth: 2 }], []],
  ['half an ending', [{ participant: 'p1', nth: 1, is: 'yes' }], []],
  ['one ending', [yes], [yes]],
  ['one ending twice', [yes, { ...yes, is: 'no' }], [yes]],
])('of a result that is %s, what is no ending of a call leaves it open', (_, result, ended) => {
  expect(endedAtOnce(result, asked)).toEqual(ended);
});

test('of a task that was given out before everybody counts as reached and loose', () => {
  const { participants } = assumeAsked(begun());
  expect(participants.map(p => p.exposure.prepare)).toEqual(participants.map(() => unknownExposure));
});

test('a request that is not found counts as sent, and takes an attempt', () => {
  expect(endedByLoss({ participant: 'p2', nth: 1 })).toMatchObject({
    ...{ is: 'unavailable', exposure: unknownExposure, requests: 1 },
    why: { code: 'workerLost' },
  });
  const unsent = { ...yes, is: 'unavailable', exposure: untouched, requests: 0 } as const;
  expect(lostBefore(unsent)).toEqual({ ...unsent, exposure: unknownExposure, requests: 1 });
  expect(lostBefore(yes)).toEqual({ ...yes, exposure: unknownExposure, requests: 2 });
});
