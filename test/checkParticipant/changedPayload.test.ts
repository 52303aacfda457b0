import { changed } from '../../src/checkParticipant/changedPayload';

it.each([
  [{ seats: 2 }, { seats: 3 }],
  [
    { account: 'a', transfer: { amount: 5 } },
    { account: 'a', transfer: { amount: 6 } },
  ],
  [{ item: 'convertible' }, { item: 'convertible-changed' }],
  [{ urgent: true }, { urgent: false }],
  [
    [1, 2],
    [2, 2],
  ],
  ['text', 'text-changed'],
  [{}, { changed: {} }],
  [null, { changed: null }],
])('turns %j into %j: the same shape, another meaning', (payload, expected) => {
  expect(changed(payload)).toEqual(expected);
});
