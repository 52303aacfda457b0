/**
 * Owns loading a copy of the lock's core with some text replaced, as `../../explorer/patchedCore.ts` does for transactions: a
 * variant shares no module with the core that ships or with another variant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { transformSync } from '@swc/core';
import { type LockCore } from './core';

export interface Patch {
  /** Below `src/protocol/lock`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const root = path.resolve(__dirname, '../../../../src/protocol/lock');
const nodeRequire = createRequire(__filename);

export function patchedLock(patches: readonly Patch[]): LockCore {
  const modules = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(file, module);
    const require = (name: string): unknown =>
      name.startsWith('.') ? load(`${path.resolve(path.dirname(file), name)}.ts`) : nodeRequire(name);
    const parameters = ['require', 'module', 'exports'];
    const compiled = vm.compileFunction(patched(file, patches), parameters, { filename: file });
    Reflect.apply(compiled, undefined, [require, module, module.exports]);
    return module.exports;
  };
  const at = (file: string): unknown => load(path.join(root, file));
  return {
    answer: at('answer.ts') as LockCore['answer'],
    apply: at('apply.ts') as LockCore['apply'],
    state: at('state.ts') as LockCore['state'],
    wanted: at('wanted.ts') as LockCore['wanted'],
  };
}

function patched(file: string, patches: readonly Patch[]): string {
  const due = patches.filter(each => path.join(root, each.file) === file);
  const source = due.reduce(patchOnce, readFileSync(file, 'utf8'));
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } } as const;
  return transformSync(source, { jsc, module: { type: 'commonjs' }, swcrc: false }).code;
}

function patchOnce(source: string, { file, find, replace }: Patch): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${file} has ${String(found)} places with: ${find}`);
  return source.replace(find, () => replace);
}
