/** What a heartbeat of a round tells is shown of a participant that is being asked, and of nobody else (I1, I2, I8). */
import { type ParticipantDocument } from '../../src/protocol/client/document';
import { inRound, soFarIn } from '../../src/protocol/transaction/soFar';
import { type Phase } from '../../src/protocol/wire/phases';

const url = 'http://a/prepare';
const preparing: ParticipantDocument = { name: 'a', url, state: 'preparing', attempts: 0 };
const why = { code: 'refused', status: 409, message: 'answered 409' };
const yes = { participant: 'a', is: 'yes', requests: 1, at: 1 } as const;
const no = { ...yes, is: 'no', why } as const;

it.each([
  ['nothing', undefined],
  ['a text', 'yes'],
  ['a list', [yes]],
  ['an ending of another phase', { soFar: [{ ...yes, is: 'done' }] }],
  ['half of one beside a whole one', { soFar: [yes, { participant: 'a', is: 'no' }] }],
  ['nobody', { soFar: [{ ...yes, participant: undefined }] }],
  ['a time that no date has', { soFar: [{ ...yes, at: 1e300 }] }],
  ['fewer requests than none', { soFar: [{ ...yes, requests: -1 }] }],
  ['a reason that is none', { soFar: [{ ...no, why: 'because' }] }],
])('believes nothing of %s', (_, details) => {
  expect(soFarIn(details, 'prepare')).toEqual([]);
});

it('believes what is whole, and lets members through that it does not know', () => {
  expect(soFarIn({ soFar: [yes, { ...no, more: 1 }], more: 1 }, 'prepare')).toHaveLength(2);
});

it('counts one that has not answered as asked once, and one that found no place as not asked', () => {
  const busy = { ...yes, is: 'unavailable', requests: 0, why: { code: 'busy', message: 'waits' } } as const;
  expect(inRound(preparing, 'prepare')).toEqual({ ...preparing, attempts: 1 });
  expect(inRound(preparing, 'prepare', busy)).toMatchObject({ state: 'preparing', attempts: 0 });
});

it('shows why, and when by the clock of the worker', () => {
  const lastError = { ...why, at: '1970-01-01T00:00:00.001Z' };
  const refused = { ...preparing, state: 'refused', vote: 'no', attempts: 1, lastError };
  expect(inRound(preparing, 'prepare', no)).toEqual(refused);
});

it.each<[ParticipantDocument['state'], Phase]>([
  ['prepared', 'prepare'],
  ['committing', 'prepare'],
  ['forced', 'commit'],
  ['committed', 'rollback'],
])('leaves one that is %s as it is, whatever a round of %s tells', (state, phase) => {
  const is = phase === 'prepare' ? 'no' : 'done';
  expect(inRound({ ...preparing, state }, phase, { ...no, is })).toEqual({ ...preparing, state });
});
