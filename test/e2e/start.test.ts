/** What a person meets who starts and stops the coordinator, as the real process; how else it is stopped: stop.long.ts. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, newPlace, processesNaming, settings } from '../devServer/fixture';
import { endProcesses, launchProcess, startProcess } from '../support/processes';
import { freePort } from '../support/listening';
import { eventually } from '../support/until';
import { expectCleanStop } from './stopping';

afterEach(endProcesses);

describe('a running coordinator', () => {
  it('prints an API address that answers, and two lines that commit a transaction', async () => {
    const { url, printed } = await startProcess(settings(await newPlace()));
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const port = String(await freePort());
    const [node = '', curl = ''] = [/^ {2}(node .*)$/m, /^ {2}(curl .*)$/m].map(
      line => line.exec(printed.stderr)?.[1]?.replaceAll('9001', port) ?? 'false',
    );
    expect(await readFile(join(ROOT, 'README.md'), 'utf8')).toContain(node.replace(port, '9001'));
    const yes = spawn('bash', ['-c', `exec ${node}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await eventually(() =>
        fetch(`http://127.0.0.1:${port}/`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      const { stdout } = await promisify(execFile)('bash', ['-c', curl]);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'committed' });
    } finally {
      yes.kill();
      await once(yes, 'close');
    }
  });

  it('keeps its data directory for itself: a second one names it and stops', async () => {
    const place = await newPlace();
    const { pid } = await startProcess(settings(place));
    const second = launchProcess({ ...settings(await newPlace()), DTC_DATA_DIR: place.dataDir });
    expect((await second.ended).code).toBe(1);
    expect(second.printed.stderr).toContain(`in use by another coordinator (pid ${pid},`);
  });
});

describe('SIGTERM', () => {
  it('answers who waits, ends with 0 within 15 seconds, leaves nothing, and the next start goes on', () =>
    expectCleanStop('SIGTERM'));
});

describe('a start that cannot be', () => {
  it.each([
    [
      'a bad value',
      { DTC_PREPARE_ATTEMPTS: 'many' },
      /DTC_PREPARE_ATTEMPTS="many": .*whole number from 1 to/,
    ],
    ['an unknown name', { DTC_PREPARE_ATEMPTS: '3' }, /DTC_PREPARE_ATEMPTS: .*mean DTC_PREPARE_ATTEMPTS\?/],
    [
      'a host for everyone and nobody who may call',
      { DTC_HOST: '0.0.0.0' },
      /DTC_HOST="0\.0\.0\.0": .*DTC_API_TOKENS or DTC_JWKS_URL, and DTC_ALLOWED_PARTICIPANTS/,
    ],
  ])('stops with one clear message on %s', async (_, bad, message) => {
    const place = await newPlace();
    const stderr = await failsToStart({ ...settings(place), ...bad });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2); // a heading, and one line for the one setting
  });

  it('tells every bad setting at once', async () => {
    const bad = { DTC_PORT: '70000', DTC_ROLE: 'boss', DTC_NONE: '1' };
    const stderr = await failsToStart({ ...settings(await newPlace()), ...bad });
    for (const name of Object.keys(bad)) expect(stderr).toContain(name);
  });

  it.each(['DTC_PORT', 'DTC_TEMPORAL_PORT', 'DTC_TEMPORAL_UI_PORT'])(
    'stops with one clear message when %s is in use, and leaves nothing',
    async name => {
      const place = await newPlace();
      const [taken, port] = await listenAnywhere();
      try {
        const stderr = await failsToStart({ ...settings(place), [name]: String(port) });
        expect(stderr).toContain(`${port} is in use by pid ${process.pid} (`);
        expect(stderr).toContain(`set ${name} to `);
        expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      } finally {
        taken.close();
      }
      expect(processesNaming(place.dataDir)).toEqual([]);
    },
  );
});

/** Its standard error, once it has ended with exit code 1 and without a stack trace. */
async function failsToStart(env: Record<string, string>): Promise<string> {
  const { ended, printed } = launchProcess(env);
  expect((await ended).code).toBe(1);
  expect(printed.stderr).not.toMatch(/^\s+at /m);
  return printed.stderr;
}

async function listenAnywhere(): Promise<[Server, number]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}
