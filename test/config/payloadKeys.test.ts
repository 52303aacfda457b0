/** DTC_PAYLOAD_KEYS: what is taken, and that what is wrong is said without a key. */
import { payloadKeys } from '../../src/config/payloadKeys';
import { Wrong } from '../../src/config/wrong';

const [one, two] = ['A', 'B'].map(letter => Buffer.alloc(32, letter).toString('base64')) as [string, string];

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
  [`a:${one.slice(4)}`, 'entry 1 ("a") has a key that is not the base64 of 32 bytes'],
  [`a:${one.slice(0, -1)}`, 'entry 1 ("a") has a key that is not the base64 of 32 bytes'],
  [`a:${one},a:${two}`, 'entry 2 has the id of another, "a"'],
  [`a:${one},b:${one}`, 'entry 2 ("b") has the same key as "a"'],
  [
    `a:,b:${two},:${one}`,
    'entry 1 ("a") has a key that is not the base64 of 32 bytes; entry 3 has an id that is not [A-Za-z0-9._-]{1,64}',
  ],
])('refuses %j and says why', (text, why) => {
  const read = payloadKeys.parse(text);
  expect(read).toBeInstanceOf(Wrong);
  expect(read).toMatchObject({ what: why });
  for (const key of [one, two]) expect(JSON.stringify(read)).not.toContain(key.slice(0, 20));
});
