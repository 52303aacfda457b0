/** Labels as search attributes: in the 2 KiB that Temporal takes, and in texts that mean the same to every database. */
import { mostBytes } from '../../src/engine/facts/searchAttributes';
import { labelTerm, startAttributes, takenUpAttributes, takenUpTerm } from '../../src/engine/startAttributes';

const attributes = new Set(['TransactionLabels', 'StartedBy']);

function termsOf(labels: Record<string, string>): readonly string[] {
  const [pair] = startAttributes({ attributes, knowsCallers: false }, { labels, caller: 'a' });
  return pair?.value as string[];
}

const hash = expect.stringMatching(/^#[0-9a-f]{32}$/) as string;

it('is key=value for people, and a hash to be asked for by', () => {
  expect(termsOf({ order: '7', Due: 'Jan 31' })).toEqual(['order=7', 'Due=Jan 31', hash, hash]);
  expect(termsOf({ order: 'a♡b' })).toEqual([hash]); // the development server would take it for two
  expect(termsOf({ order: 'x'.repeat(250) })).toEqual([hash]); // MySQL's index ends at 255
});

it('is asked for by a text that stands in it, and in none of another label', () => {
  const labels = { a: '1', A: '1', b: "'", c: 'x'.repeat(256), d: '', e: 'ä', f: 'a♡#' };
  const all = Object.entries(labels);
  for (const [key, value] of all)
    for (const [other, itsValue] of all)
      expect([key, other, termsOf({ [other]: itsValue }).includes(labelTerm(key, value))]).toEqual([
        ...[key, other, key === other],
      ]);
});

it.each([
  ['as long as they may be', 'v'.repeat(256)],
  ['of three bytes a character', '€'.repeat(256)],
  ['which JSON writes longer', '"'.repeat(200)],
  ['short', 'v'.repeat(40)],
])('has room for the hash of each of as many labels as there may be: %s', (_what, value) => {
  const labels = Object.fromEntries(
    Array.from({ length: 32 }, (_, nth) => [`${'k'.repeat(62)}${nth}`, value]),
  );
  const terms = termsOf(labels);
  const before = { labels: terms, caller: undefined };
  const [pair] = takenUpAttributes({ attributes }, before);
  expect(Buffer.byteLength(JSON.stringify(pair?.value))).toBeLessThanOrEqual(mostBytes);
  expect(pair?.value).toContain(takenUpTerm);
  for (const [key, value] of Object.entries(labels)) expect(terms).toContain(labelTerm(key, value));
});

it('costs nothing where there is nothing to tell, or nowhere to put it', () => {
  const labels = { order: '7' };
  const nobody = { labels: undefined, caller: 'anonymous' };
  expect(startAttributes({ attributes, knowsCallers: false }, nobody)).toEqual([]);
  expect(startAttributes({ attributes: new Set(), knowsCallers: true }, { labels, caller: 'a' })).toEqual([]);
  expect(takenUpAttributes({ attributes: new Set() }, { labels: undefined, caller: undefined })).toEqual([]);
});
