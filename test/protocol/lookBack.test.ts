/** What is believed of a call that is about to be given up (I3, I4), by whoever tells it. */
import { unknownExposure, untouched } from '../../src/protocol/wire/answers';
import { callLooks, traceOf } from '../../src/protocol/transaction/lookBack';

const why = { code: 'connection', message: 'the connection was refused' };
const failure = { exposure: untouched, requests: 2, why };
const between = { running: false, paused: true, failure };

it('believes the last failure of a call of which no attempt runs, and none can begin', () => {
  expect(traceOf(between)).toEqual({ exposure: untouched, requests: 2 });
});

it('has the last failure with it, at the time that it tells itself', () => {
  const told = { exposure: untouched, requests: 2 };
  expect(traceOf({ ...between, failedAt: 7 })).toEqual({ ...told, failed: { ...why, at: 7 } });
  expect(traceOf({ ...between, failure: { ...failure, at: 5 }, failedAt: 7 })).toEqual({
    ...told,
    failed: { ...why, at: 5 },
  });
});

it.each([
  ['an attempt runs', { ...between, running: true }],
  ['an attempt may begin', { ...between, paused: false }],
  ['its last attempt was lost with its worker', { running: false, paused: true }],
  ['it failed in words of another program', { ...between, failure: { requests: 2, why } }],
])('knows nothing where %s', (_, seen) => {
  expect(traceOf(seen)).toBeUndefined();
});

it('takes what is told of the calls that were asked for, and nothing else', () => {
  const of = (key: string) => ({ key, exposure: unknownExposure, requests: 1 });
  expect(callLooks([of('prepare a #2'), of('prepare b #2')], ['prepare a #2'])).toEqual([of('prepare a #2')]);
  for (const other of [undefined, {}, [{ key: 'prepare a #2' }], [of('prepare a #2'), null]])
    expect(callLooks(other, ['prepare a #2'])).toEqual([]);
});
