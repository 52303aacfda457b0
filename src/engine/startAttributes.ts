/**
 * Owns the search attributes that a transaction starts with: its labels and its caller, in a form in which they can be asked for.
 *
 * What a query of visibility may hold differs by the database behind it, and so does what it takes for equal: each has another idea of a
 * quote and a backslash, the development server's lists know no case, MySQL's no entry over 255 characters. So a label stands there as
 * `key=value`, for people, and is asked for by its hash beside it, which all of them read alike.
 */
import { createHash } from 'node:crypto';
import { type SearchAttributePair } from '@temporalio/common';
import { type Engine } from './engine';
import { mostBytes, startedByKey, transactionLabelsKey } from './facts/searchAttributes';

type Labels = Readonly<Record<string, string>>;

/** Of who starts it with us: nothing where it has no labels, and where callers need not authenticate. */
export function startAttributes(
  { attributes, knowsCallers }: Pick<Engine, 'attributes' | 'knowsCallers'>,
  { labels, caller }: { readonly labels: Labels | undefined; readonly caller: string },
): SearchAttributePair[] {
  const byLabels = labels !== undefined && attributes.has(transactionLabelsKey.name);
  const byCaller = knowsCallers && attributes.has(startedByKey.name);
  return [
    ...(byLabels ? [{ key: transactionLabelsKey, value: termsOf(labels) }] : []),
    ...(byCaller ? [{ key: startedByKey, value: caller }] : []),
  ];
}

/** Of a run that takes a transaction up again: when it was created, its own start does not tell. No label can be called so. */
export const takenUpTerm = '#taken-up';

/** @param before what the run before was listed by */
export function takenUpAttributes(
  { attributes }: Pick<Engine, 'attributes'>,
  before: { readonly labels: readonly string[] | undefined; readonly caller: string | undefined },
): SearchAttributePair[] {
  const labels = [...new Set([...(before.labels ?? []), takenUpTerm])];
  return [
    ...(attributes.has(transactionLabelsKey.name) ? [{ key: transactionLabelsKey, value: labels }] : []),
    ...(before.caller === undefined ? [] : [{ key: startedByKey, value: before.caller }]),
  ];
}

const longestTerm = 255;
/** The development server keeps a list as one text, with this between its entries. */
const separator = '♡';

/** The hashes of all, for which there is always room; and `key=value` of each, as far as there is. */
function termsOf(labels: Labels): string[] {
  const hashes = Object.entries(labels).map(([key, value]) => labelTerm(key, value));
  let left = mostBytes - [takenUpTerm, ...hashes].reduce((sum, term) => sum + room(term), 2);
  const texts = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .filter(text => text.length <= longestTerm && !text.includes(separator))
    .filter(text => {
      const fits = room(text) <= left;
      if (fits) left -= room(text);
      return fits;
    });
  return [...texts, ...hashes];
}

/** As JSON, with a comma. */
function room(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + 1;
}

/** By which a transaction of that label is found, and no other; may stand in a query as it is. No label's name has `#`. */
export function labelTerm(key: string, value: string): string {
  const hash = createHash('sha256').update(JSON.stringify([key, value]));
  return `#${hash.digest('hex').slice(0, 32)}`;
}
