/** Loaded before a program of a run (`--require`): puts the bug that `CHAOS_PLANT` names into what the program loads. */
import promises from 'node:fs/promises';
import Module from 'node:module';
import { plantedIn, plants } from './plants';

const planted = plants[process.env['CHAOS_PLANT'] ?? ''];

const changed = (file: string, code: string): string => plantedIn(file, code, planted?.changes ?? []);

/** Node's own way from a file's text to a module, which is no part of its documented interface. */
const prototype = Module.prototype as unknown as {
  _compile: (this: unknown, code: string, file: string, ...rest: unknown[]) => unknown;
};
const compile = prototype._compile;
prototype._compile = function (code, file, ...rest) {
  return compile.call(this, changed(file, code), file, ...rest);
};

/** As the SDK reads the bundle of the workflows. */
const readFile = promises.readFile.bind(promises);
promises.readFile = (async (file: string | URL, ...rest: never[]) => {
  const read: unknown = await readFile(file, ...rest);
  return typeof file === 'string' && typeof read === 'string' ? changed(file, read) : read;
}) as typeof promises.readFile;
