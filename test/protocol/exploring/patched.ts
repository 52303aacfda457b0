/**
 * Owns loading a copy of `src/protocol`, or of more, with some text replaced: the files are read, patched, transpiled and evaluated in a
 * registry of their own, so that a variant shares no module with the code that ships or with another variant.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { transformSync } from '@swc/core';

export interface Patch {
  /** Below the root: `src/protocol`, unless another one is given. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Loading {
  readonly root?: string;
  /** What is there in the place of a package, or of a file below the root; it is given the original. */
  readonly stands?: Readonly<Record<string, (original: () => unknown) => unknown>>;
  /** What the files find in the place of the process's own: `Date`, `setTimeout`, … */
  readonly globals?: Readonly<Record<string, unknown>>;
}

const protocol = path.resolve(__dirname, '../../../src/protocol');
const nodeRequire = createRequire(__filename);

/** Loads a file below the root; what is loaded by one function is one copy. */
export function patchedModules(
  patches: readonly Patch[],
  { root = protocol, stands = {}, globals = {} }: Loading = {},
): (file: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  const names = Object.keys(globals);
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(file, module);
    const stand = stands[path.relative(root, file)];
    const evaluated = (): unknown => evaluate(file, module);
    module.exports = stand === undefined ? evaluated() : stand(evaluated);
    return module.exports;
  };
  const loadPackage = (name: string): unknown => {
    const stand = stands[name];
    return stand === undefined ? nodeRequire(name) : stand(() => nodeRequire(name));
  };
  const evaluate = (file: string, module: { exports: unknown }): unknown => {
    const require = (name: string): unknown =>
      name.startsWith('.') ? load(`${path.resolve(path.dirname(file), name)}.ts`) : loadPackage(name);
    const code = transpiled(file, patches, root);
    const compiled = vm.compileFunction(code, ['require', 'module', 'exports', ...names], { filename: file });
    Reflect.apply(compiled, undefined, [require, module, module.exports, ...Object.values(globals)]);
    return module.exports;
  };
  return file => load(path.join(root, file));
}

/** The files that the patches are for, as they are loaded with all of these. Fails as loading does: with no file, no place, two places, no TypeScript. */
export function patchedFiles(patches: readonly Patch[], root = protocol): Map<string, string> {
  const files = new Set(patches.map(each => path.join(root, each.file)));
  return new Map([...files].map(file => [file, transpiled(file, patches, root)]));
}

const unpatched = new Map<string, string>();

function transpiled(file: string, patches: readonly Patch[], root: string): string {
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
