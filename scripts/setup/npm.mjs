// Running npm: the one that runs us, else the one on PATH. Can fail: npm is not there, or ends with an error
// (throws).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { ROOT } from './paths.mjs';

/** What npm prints goes to standard error: standard output belongs to the program that is being set up. */
export async function runNpm(args) {
  const [command, ...first] = npm();
  const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  const [code, signal] = await once(child, 'close').catch(error => {
    throw new Error(`npm cannot be run (${error.message}): install the npm that comes with Node`);
  });
  if (code !== 0) throw new Error(failed(args, signal ?? `code ${code}`));
}

function npm() {
  const running = process.env.npm_execpath ?? '';
  return basename(running) === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
}

function failed(args, how) {
  const command = args[0] === 'ci' ? 'ci' : `run ${args.at(-1)}`;
  const remedy =
    args[0] === 'ci'
      ? 'check that npm reaches its registry and that package-lock.json fits package.json'
      : 'correct it';
  return `npm ${command} ended with ${how}, see above: ${remedy}, then run the command again`;
}
