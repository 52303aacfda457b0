// Ownership of a directory (scripts/ownership/claims.mjs), by processes that want it at the same instant.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cleanUp, newFolder, ROOT } from './fixture';

const rivals: Rival[] = [];

afterEach(async () => {
  await Promise.all(rivals.splice(0).map(rival => rival.end()));
  await cleanUp();
});

const RIVALS = 4;
const DIRECTORIES = 200;

/** Waits for a line, tries all directories in turn, prints who has each, and lives on. */
const PROGRAM = `
  import { createInterface } from 'node:readline';
  import { claim } from ${JSON.stringify(join(ROOT, 'scripts/ownership/claims.mjs'))};
  import { startTime } from ${JSON.stringify(join(ROOT, 'scripts/ownership/process.mjs'))};
  const owner = { pid: process.pid, startTime: startTime(process.pid), token: 'test' };
  const ownerOf = directory => claim(directory, owner).heldBy?.pid ?? process.pid;
  console.log('waiting');
  createInterface({ input: process.stdin }).once('line', directories => {
    console.log(JSON.stringify(JSON.parse(directories).map(ownerOf)));
  });
`;

interface Rival {
  readonly pid: number | undefined;
  tryAll(directories: readonly string[]): Promise<number[]>;
  end(): Promise<void>;
}

async function startRival(): Promise<Rival> {
  const args = ['--input-type=module', '-e', PROGRAM];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    pid: child.pid,
    tryAll: async directories => {
      child.stdin.write(`${JSON.stringify(directories)}\n`);
      return JSON.parse(String((await lines.next()).value)) as number[];
    },
    end: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** As a coordinator that was killed leaves it. */
function deadOwnersDirectory(parent: string, index: number): string {
  const directory = join(parent, String(index));
  mkdirSync(directory);
  const dead = { pid: 1, startTime: 'long ago', token: 'test' };
  writeFileSync(join(directory, 'owner.1.json'), JSON.stringify(dead));
  return directory;
}

it('gives a dead owner’s directory to exactly one of those who want it at once', async () => {
  const parent = newFolder();
  const directories = Array.from({ length: DIRECTORIES }, (_, index) => deadOwnersDirectory(parent, index));
  rivals.push(...(await Promise.all(Array.from({ length: RIVALS }, startRival))));
  const seen = await Promise.all(rivals.map(rival => rival.tryAll(directories)));
  const owners = directories.map((_, index) => new Set(seen.map(each => each[index])));
  expect(owners.filter(each => each.size !== 1)).toEqual([]);
});
