// Running npm: the one that runs us, else the one on PATH. Says that it waits, since npm itself is silent while
// a network swallows its requests, and waits no longer than that is worth.
// Can fail: npm is not there, ends with an error, or does not end (throws, with what to do).
/* global clearInterval, clearTimeout, setInterval */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { ROOT } from './paths.mjs';

const PATIENCE = { tellEveryMs: 15_000, longestMs: 900_000 };

/** What npm prints goes to standard error: standard output belongs to the program that is being set up. */
export async function runNpm(args, patience = PATIENCE) {
  const [command, ...first] = npm();
  // a group of its own, so that nothing of it goes on when it is given up
  const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 2, 2], detached: true });
  const calledOff = endWithThisProcess(child);
  const watched = watch(child, args, patience);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw new Error(failed(args, watched.givenUp() ?? signal ?? `code ${code}`));
  } catch (error) {
    if (error.code === undefined) throw error;
    throw new Error(`npm cannot be run (${error.message}): install the npm that comes with Node`, {
      cause: error,
    });
  } finally {
    watched.end();
    calledOff();
  }
}

/** Ctrl-C reaches this process's group alone, and a service manager perhaps only this process. */
function endWithThisProcess(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const end = signal => {
    endGroup(child, 'SIGTERM');
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.once(signal, end);
  return () => signals.forEach(signal => process.removeListener(signal, end));
}

/** Says every now and then that it downloads, and ends it where it does not end. */
function watch(child, args, { tellEveryMs, longestMs }) {
  const began = Date.now();
  let given;
  const tell = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    console.error(`setup: npm ci still runs after ${seconds} s: ${DOWNLOADS}`);
  };
  const telling = args[0] === 'ci' ? setInterval(tell, tellEveryMs) : undefined;
  const limit = setTimeout(() => {
    given = `nothing in ${longestMs / 1000} s`;
    endGroup(child, 'SIGKILL');
  }, longestMs);
  const end = () => {
    clearInterval(telling);
    clearTimeout(limit);
  };
  return { givenUp: () => given, end };
}

const DOWNLOADS =
  'it downloads packages from the registry that npm is set to, and waits for answers. Does this machine reach it? Ctrl-C gives up';

function endGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // gone already, or never there
  }
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
