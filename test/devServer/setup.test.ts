// The set-up that every npm script begins with, where npm does not come to an end: a stand-in for npm on a PATH of the test's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanUp, newFolder, processesNaming, ROOT, untilNobodyNames } from './fixture';
import { eventually } from '../support/until';

afterEach(cleanUp);

const PROGRAM = `
  import { runNpm } from ${JSON.stringify(join(ROOT, 'scripts/setup/npm.mjs'))};
  runNpm(['ci'], JSON.parse(process.argv[1])).catch(error => {
    console.error(error.message);
    process.exitCode = 1;
  });
`;

function setUp(
  patience: object,
  npm: string,
): { said: () => string; ended: Promise<unknown>; stop: () => void } {
  const folder = newFolder();
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\n: ${folder}\n${npm}\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  const PATH = `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const args = ['--input-type=module', '-e', PROGRAM, JSON.stringify(patience)];
  const child = spawn(process.execPath, args, { env: { PATH }, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', data => (text += String(data)));
  return { said: () => text, ended: once(child, 'close'), stop: () => child.kill('SIGTERM') };
}

const swallowed = 'sleep 300 & wait';

it('says what it waits for, gives up in the end, and says what to do', async () => {
  const { said, ended } = setUp({ tellEveryMs: 100, longestMs: 1_500 }, swallowed);
  expect(await ended).toEqual([1, null]);
  expect(said()).toMatch(
    /^setup: npm ci still runs after \d s: it downloads packages .* Does this machine reach it\?/,
  );
  expect(said()).toContain(
    'npm ci ended with nothing in 1.5 s, see above: check that npm reaches its registry',
  );
});

it('ends npm with itself', async () => {
  const { said, ended, stop } = setUp(
    { tellEveryMs: 50, longestMs: 60_000 },
    'echo begun >&2; exec sleep 123.4567',
  );
  await eventually(() => said().includes('begun') && processesNaming('123.4567').length > 0);
  stop();
  expect(await ended).toEqual([143, null]);
  await untilNobodyNames('sleep 123.4567');
});

it('says how it ended where it did', async () => {
  const { said, ended } = setUp({ tellEveryMs: 60_000, longestMs: 60_000 }, 'exit 3');
  expect(await ended).toEqual([1, null]);
  expect(said()).toContain('npm ci ended with code 3, see above');
});
