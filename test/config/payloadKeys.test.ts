/** DTC_PAYLOAD_KEYS: what is taken, and that what is wrong is said without a key. */
import { payloadKeys } from '../../src/config/payloadKeys';
import { Wrong } from '../../src/config/wrong';

const [one, two] = ['A', 'B'].map(letter => Buffer.alloc(32, letter).toString('base64')) as [string, string];
/** As a key may be written too, and may stand for an id. */
const hex = 'c0ffee00'.repeat(8);

it('takes keys by id, in order', () => {
  const read = payloadKeys.parse(`2026-11:${two}, old:${one}`);
  expect(read).toEqual([
    { id: '2026-11', key: Buffer.alloc(32, 'B') },
    { id: 'old', key: Buffer.alloc(32, 'A') },
  ]);
});

it.each([
  ['', 'entry 1 is not id:key'],
  [one, 'entry 1 is not id:key'],
  [`a b:${one}`, 'entry 1 has an id that is not [A-Za-z0-9._-]{1,64}'],
  [`a:${one.slice(4)}`, 'entry 1 has a key that is not the base64 of 32 bytes'],
  [`a:${one.slice(0, -1)}`, 'entry 1 has a key that is not the base64 of 32 bytes'],
  [`a:${one},a:${two}`, 'entry 2 has the id of entry 1'],
  [`a:${one},b:${one}`, 'entry 2 has the same key as entry 1'],
  [
    `a:,b:${two},:${one}`,
    'entry 1 has a key that is not the base64 of 32 bytes; entry 3 has an id that is not [A-Za-z0-9._-]{1,64}',
  ],
  [`${one}:2026-11`, 'entry 1 has its key before its id: it has to be id:key'],
  [`${hex}:2026-11`, 'entry 1 has a key that is not the base64 of 32 bytes'],
  [
    `${hex}:${one},${hex}:${two},b:${one}`,
    'entry 2 has the id of entry 1; entry 3 has the same key as entry 1',
  ],
])('refuses %j and says why', (text, why) => {
  const read = payloadKeys.parse(text);
  expect(read).toBeInstanceOf(Wrong);
  expect(read).toMatchObject({ what: why });
  for (const key of [one, two, hex]) expect(JSON.stringify(read)).not.toContain(key.slice(0, 20));
});
