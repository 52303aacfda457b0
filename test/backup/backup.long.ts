/** Copies of a running server's database, and starts on them. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, newPlace, type Place, settings } from '../devServer/fixture';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';

let participants: Participants;
let place: Place;

beforeEach(async () => {
  participants = await startParticipants();
  place = await newPlace();
});
afterEach(async () => {
  await endProcesses();
  await participants.close();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(script: 'backup' | 'restore', dataDir: string, ...args: string[]): Promise<Ran> {
  return runWith({ DTC_DATA_DIR: dataDir }, script, ...args);
}

function runWith(settings: Record<string, string>, script: string, ...args: string[]): Promise<Ran> {
  const env = { ...process.env, ...settings };
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [join(ROOT, `scripts/backup/${script}.mjs`), ...args],
      { env },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      },
    );
  });
}

const start = (at: Place): Promise<CoordinatorProcess> =>
  startProcess({ ...settings(at), DTC_RETRY_INITIAL_MS: '50', DTC_RETRY_MAX_MS: '200' });

it('is consistent while transactions run, and a start on it goes on with what was open', async () => {
  const first = await start(place);
  const done = await untilEnded(first.url, (await post(first.url, [participants.url('a')])).id);
  let answers = false;
  participants.on('slow', ({ phase }) => (phase === 'commit' && !answers ? 503 : 200));
  const open = await post(first.url, [participants.url('slow')]);
  const load = Promise.all(Array.from({ length: 30 }, () => post(first.url, [participants.url('a')])));
  const file = join(place.dataDir, '../copy.db');
  // exported for the CLI, as somebody may have it who looks at transactions
  const exported = { ...settings(place), TEMPORAL_ADDRESS: `127.0.0.1:${place.port}` };
  expect(await runWith(exported, 'backup', file)).toMatchObject({ code: 0, err: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await load;
  await first.kill();

  const other = await newPlace();
  expect(await run('restore', other.dataDir, file)).toMatchObject({ code: 0, err: '' });
  const second = await start(other);
  expect((await untilEnded(second.url, done.id)).status).toBe('committed');
  answers = true;
  expect((await untilEnded(second.url, open.id)).status).toBe('committed');
});

describe('a mistake changes nothing, and is said', () => {
  const note = (text: string): RegExp => new RegExp(`^(backup|restore): .*${text}`);

  it('where there is no database', async () => {
    const ran = await run('backup', join(place.dataDir, 'nothing'), join(place.dataDir, 'copy.db'));
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringMatching(note('no finished database')) as string,
    });
  });

  it('where no file is named', async () => {
    expect((await run('backup', place.dataDir)).err).toMatch(note('say where to'));
    expect((await run('restore', place.dataDir)).err).toMatch(note('say from where'));
  });

  it('where the file exists, or is no backup, or the directory has a database', async () => {
    mkdirSync(place.dataDir, { recursive: true, mode: 0o700 });
    const file = join(place.dataDir, 'something');
    writeFileSync(file, 'something else', { mode: 0o600 });
    expect((await run('restore', place.dataDir, file)).err).toMatch(note('was not made by npm run backup'));
    expect(existsSync(join(place.dataDir, 'temporal.db'))).toBe(false);
    writeFileSync(join(place.dataDir, 'temporal.db'), 'a database', { mode: 0o600 });
    writeFileSync(join(place.dataDir, 'server-version'), '1.0.0', { mode: 0o600 });
    expect((await run('backup', place.dataDir, file)).err).toMatch(note('exists: name a file that does not'));
    expect((await run('restore', place.dataDir, file)).err).toMatch(note('has a database'));
    expect(readFileSync(file, 'utf8')).toBe('something else');
    const elsewhere = { DTC_DATA_DIR: place.dataDir, TEMPORAL_ADDRESS: 'temporal.example:7233' };
    const { err } = await runWith(elsewhere, 'backup', `${file}.2`);
    expect(err).toMatch(note('TEMPORAL_ADDRESS names another server: .*back up its database'));
    expect(err).toContain(`env -u TEMPORAL_ADDRESS npm run backup -- ${file}.2`);
  });
});
