/**
 * Owns that every bug of `npm run chaos -- --plant` can still be planted: each text that one replaces stands in the compiled file exactly
 * once, and what comes of it is JavaScript. That a run finds some of them is `planted.long.ts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { plantedIn, plants } from '../../chaos/plants/plants';
import { ROOT } from '../devServer/fixture';

const codes = new Map<string, string>();

function codeOf(file: string): string {
  const code = codes.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
  codes.set(file, code);
  return code;
}

it.each(Object.entries(plants))('can be planted: %s', (_, { changes }) => {
  for (const file of new Set(changes.map(each => each.file))) {
    const code = plantedIn(join(ROOT, file), codeOf(file), changes);
    expect(code).not.toBe(codeOf(file));
    expect(() => vm.compileFunction(code, ['require', 'module', 'exports'])).not.toThrow();
  }
});

it('leaves other files as they are, and demands one place', () => {
  const change = { file: 'dist/a.js', replace: 'yes', by: 'no' };
  expect(plantedIn('/somewhere/dist/b.js', 'yes, yes', [change])).toBe('yes, yes');
  expect(plantedIn('/somewhere/dist/a.js', 'yes', [change])).toBe('no');
  expect(() => plantedIn('/somewhere/dist/a.js', 'yes, yes', [change])).toThrow('2 places');
  expect(() => plantedIn('/somewhere/dist/a.js', 'no', [change])).toThrow('0 places');
});
