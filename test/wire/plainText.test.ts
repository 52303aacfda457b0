import fc from 'fast-check';
import { isPlain, plain, plainJson, plainLines, unlinked } from '../../src/protocol/wire/plainText';

/** What a terminal obeys, what ends a line, what turns text around or hides it; the same as what the filter marks, by number. */
const unseen = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x2060, 0xfeff, 0xd800, 0xdfff],
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  ...range(0xe0020, 0xe007f),
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

describe('text from outside', () => {
  it.each(unseen.map(code => [code.toString(16), String.fromCodePoint(code)]))(
    'shows no U+%s, in a line or in JSON',
    (code, character) => {
      const text = `a${character}b`;
      expect(isPlain(text)).toBe(false);
      expect(plain(text)).toMatch(/^a(?: |<U\+[0-9A-F]{4,6}>)b$/);
      expect(plainLines(text)).toMatch(/^a(?:[\n\t]|<U\+[0-9A-F]{4,6}>)b$/);
      const json = plainJson(JSON.stringify({ text }));
      expect(json).not.toContain(character);
      expect(JSON.parse(json)).toEqual({ text });
      expect(code).not.toBe('');
    },
  );

  it.each(['', 'a b', 'Grüße 👩‍👩‍👧 می‌خواهم', '{"a":"\\n"}', '<U+202E>'])('stays as it is: %j', text => {
    expect(plain(text)).toBe(text);
    expect(plainLines(text)).toBe(text);
    expect(plainJson(text)).toBe(text);
  });

  it('is the same when it goes through twice, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(plain(plain(text))).toBe(plain(text));
        expect(plainLines(plain(text))).toBe(plain(text));
        expect(JSON.parse(plainJson(JSON.stringify(text)))).toBe(text);
      }),
    );
  });

  it.each([
    ['see http://a.example/x', 'see http\\://a.example/x'],
    ['HTTPS://a', 'HTTPS\\://a'],
    ['ftp://a file://b', 'ftp\\://a file\\://b'],
    ['mailto:a@b Mailto:c', 'mailto\\:a@b Mailto\\:c'],
    ['www.a.example', 'www\\.a.example'],
    ['account:42', 'account:42'],
    ['10:22:00 UTC', '10:22:00 UTC'],
  ])('does not become a link: %j', (text, shown) => {
    expect(unlinked(text)).toBe(shown);
  });
});
