/**
 * Owns loading a copy of `src/protocol` with some text replaced: the files are read, patched, transpiled and evaluated in a
 * registry of their own, so that a variant shares no module with the code that ships or with another variant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { transformSync } from '@swc/core';

export interface Patch {
  /** Below `src/protocol`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const root = path.resolve(__dirname, '../../../src/protocol');
const nodeRequire = createRequire(__filename);

/** Loads a file below `src/protocol`; what is loaded by one function is one copy. */
export function patchedModules(patches: readonly Patch[]): (file: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(file, module);
    const require = (name: string): unknown =>
      name.startsWith('.') ? load(`${path.resolve(path.dirname(file), name)}.ts`) : nodeRequire(name);
    const compiled = vm.compileFunction(transpiled(file, patches), ['require', 'module', 'exports'], {
      filename: file,
    });
    Reflect.apply(compiled, undefined, [require, module, module.exports]);
    return module.exports;
  };
  return file => load(path.join(root, file));
}

const unpatched = new Map<string, string>();

function transpiled(file: string, patches: readonly Patch[]): string {
  const due = patches.filter(each => path.join(root, each.file) === file);
  if (due.length > 0) return toCommonJs(due.reduce(patchOnce, readFileSync(file, 'utf8')));
  const known = unpatched.get(file) ?? toCommonJs(readFileSync(file, 'utf8'));
  unpatched.set(file, known);
  return known;
}

function toCommonJs(source: string): string {
  const parser = { syntax: 'typescript' } as const;
  return transformSync(source, {
    jsc: { target: 'es2022', parser },
    module: { type: 'commonjs' },
    swcrc: false,
  }).code;
}

function patchOnce(source: string, { file, find, replace }: Patch): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${file} has ${String(found)} places with: ${find}`);
  return source.replace(find, () => replace);
}
