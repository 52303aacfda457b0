// Owns the order in which jest starts the files of a suite, the same each time: what takes longest first, so that no worker is left
// with it at the end, then large files before small ones.
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { longest, longestOfLong } from './grouping.mjs';

const named = [...longest, ...longestOfLong];

export default class LongestFirst {
  sort(tests) {
    const ranked = tests.map(test => ({ test, ...rank(test) }));
    return ranked
      .sort((one, other) => one.place - other.place || other.size - one.size)
      .map(({ test }) => test);
  }

  /** Of how long each took, nothing is kept. */
  cacheResults() {}
}

function rank({ path, context }) {
  const nth = named.indexOf(relative(context.config.rootDir, path));
  return { place: nth === -1 ? named.length : nth, size: statSync(path).size };
}
