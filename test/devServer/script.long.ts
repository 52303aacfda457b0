// temporal-dev.sh run by hand, against the real server.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/listening';
import { eventually } from '../support/until';
import {
  answers,
  cleanUp,
  expectCleanEnd,
  newFolder,
  newPlace,
  processesNaming,
  ready,
  runAt,
  runScript,
  settings,
  type Place,
  untilNobodyNames,
} from './fixture';

afterEach(cleanUp);

describe('a server run by hand', () => {
  it('ends cleanly on SIGTERM and leaves nothing running', () => expectCleanEnd('SIGTERM'));

  it('says where everything is, listens on loopback only, and keeps closed workflows for 30 days', async () => {
    const place = await newPlace();
    const script = runAt(place);
    await ready(script);
    expect(script.stdout()).toContain(`127.0.0.1:${place.port}`);
    expect(script.stdout()).toContain(`http://127.0.0.1:${place.uiPort}`);
    expect(retention(place)).toBe('2592000s');
    for (const host of otherAddresses()) expect(await answers(place.port, host)).toBe(false);
    script.child.kill('SIGTERM');
    await script.ended;
  });

  it('is refused while another one has the data directory, by name', async () => {
    const place = await newPlace();
    const first = runAt(place);
    await ready(first);
    const [port, uiPort] = await freePorts();
    const second = runAt({ ...place, port, uiPort });
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toContain(`in use by temporal-dev.sh (pid ${first.child.pid},`);
    expect(second.stderr()).toContain(`TEMPORAL_ADDRESS=127.0.0.1:${place.port}`);
    first.child.kill('SIGKILL');
    await first.ended;
  });
});

/** The directory and what is in it: what somebody else may do anything with. */
function openToOthers(dataDir: string): string[] {
  const all = [dataDir, ...readdirSync(dataDir).map(name => join(dataDir, name))];
  return all.filter(path => (statSync(path).mode & 0o077) !== 0);
}

function retention({ port }: Place): string {
  const binary = execFileSync(join(__dirname, '../../temporal-dev.sh'), ['--binary'], {
    encoding: 'utf8',
  }).trim();
  const args = [
    'operator',
    'namespace',
    'describe',
    '-n',
    'default',
    '--address',
    `127.0.0.1:${port}`,
    '-o',
    'json',
  ];
  const described = JSON.parse(execFileSync(binary, args, { encoding: 'utf8' })) as {
    config: { workflowExecutionRetentionTtl: string };
  };
  return described.config.workflowExecutionRetentionTtl;
}

function otherAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap(each => each ?? []);
  return addresses.filter(each => !each.internal && each.family === 'IPv4').map(each => each.address);
}

describe('a start that cannot be', () => {
  it.each(['DTC_TEMPORAL_PORT', 'DTC_TEMPORAL_UI_PORT'])('names the process that has %s', async name => {
    const place = await newPlace();
    const port = settings(place)[name];
    const holder = createServer().listen(Number(port), '127.0.0.1');
    const script = runAt(place);
    expect(await script.ended).toBe(1);
    expect(script.stderr()).toMatch(
      new RegExp(`${name} ${port} is in use by pid ${process.pid} \\(.+\\) — set ${name}`),
    );
    holder.close();
  });

  it('refuses the database of another version, says what to do and leaves it alone', async () => {
    const place = await newPlace();
    mkdirSync(place.dataDir);
    writeFileSync(join(place.dataDir, 'server-version'), '1.31.0\n');
    writeFileSync(join(place.dataDir, 'temporal.db'), 'old');
    const script = runAt(place);
    expect(await script.ended).toBe(1);
    expect(script.stderr()).toContain('was made by Temporal server 1.31.0, and this is 1.32');
    expect(script.stderr()).toContain(`mv ${place.dataDir} ${place.dataDir}-1.31.0`);
    expect(readFileSync(join(place.dataDir, 'temporal.db'), 'utf8')).toBe('old');
  });

  it('refuses a data directory of another user, and one in which another user has put something', async () => {
    const place = await newPlace();
    mkdirSync(place.dataDir);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(place.dataDir, 12_345, 12_345);
    const foreign = isRoot ? place.dataDir : '/usr';
    const script = runAt({ ...place, dataDir: foreign });
    expect(await script.ended).toBe(1);
    expect(script.stderr()).toContain(
      `error: ${foreign} belongs to user ${statSync(foreign).uid}, and this is user`,
    );
    expect(script.stderr()).toContain('Set DTC_DATA_DIR to a directory of this user');
    if (!isRoot) return; // only root can give a file away
    chownSync(place.dataDir, 0, 0);
    const planted = join(place.dataDir, 'server.json');
    writeFileSync(planted, '{}');
    chownSync(planted, 12_345, 12_345);
    const second = runAt(place);
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toContain(`error: ${planted} belongs to user 12345, and this is user 0`);
  });

  it.each([
    [
      { DTC_TEMPORAL_PORT: '70000' },
      'DTC_TEMPORAL_PORT is "70000": it must be a whole number from 1 to 65535',
    ],
    [{ DTC_TEMPORAL_UI_PORT: 'web' }, 'DTC_TEMPORAL_UI_PORT is "web": it must be'],
    [
      { DTC_TEMPORAL_PORT: '7000', DTC_TEMPORAL_UI_PORT: '7000' },
      'DTC_TEMPORAL_PORT and DTC_TEMPORAL_UI_PORT are both 7000',
    ],
    [{ DTC_DATA_DIR: __filename }, `DTC_DATA_DIR is "${__filename}": it must be a directory`],
  ])('refuses %j', async (env, message) => {
    const script = runScript([], { ...settings(await newPlace()), ...env });
    expect(await script.ended).toBe(1);
    expect(script.stderr()).toContain(message);
  });
});

it('sets a database aside that a killed first start never finished, and takes from others what they could read', async () => {
  const place = await newPlace();
  const database = join(place.dataDir, 'temporal.db');
  mkdirSync(place.dataDir);
  chmodSync(place.dataDir, 0o777);
  writeFileSync(database, '');
  chmodSync(database, 0o644);
  const script = runAt(place);
  await ready(script);
  expect(script.stderr()).toContain('the database was never finished');
  expect(script.stderr()).toContain(
    `the data directory ${place.dataDir} could be written by other users (mode 777)`,
  );
  expect(script.stderr()).toContain(`the file ${database} could be read by other users (mode 644)`);
  expect(openToOthers(place.dataDir)).toEqual([]);
  script.child.kill('SIGTERM');
  await script.ended;
});

it('leaves nothing when it is killed before the server answers', async () => {
  const place = await newPlace();
  const script = runAt(place);
  await eventually(() => processesNaming(place.dataDir).length > 0, 40_000);
  script.child.kill('SIGKILL');
  await script.ended;
  await untilNobodyNames(place.dataDir);
});

it('shows how it is used', async () => {
  const script = runScript(['--help'], { DTC_DATA_DIR: newFolder() });
  expect(await script.ended).toBe(0);
  expect(script.stdout()).toContain('DTC_TEMPORAL_PORT');
});
