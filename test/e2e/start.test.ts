/**
 * What a person meets who starts and stops the coordinator, as the real process; how else it is stopped: stop.long.ts, what else keeps it
 * from starting: cannotStart.long.ts.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, newPlace, settings } from '../devServer/fixture';
import { endProcesses, launchProcess, startProcess } from '../support/processes';
import { freePort } from '../support/listening';
import { eventually } from '../support/until';
import { expectRefusal, failsToStart } from './refused';
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
  it('stops with one clear message that tells every bad setting', async () => {
    const bad = { DTC_PORT: '70000', DTC_ROLE: 'boss', DTC_NONE: '1' };
    const stderr = await failsToStart({ ...settings(await newPlace()), ...bad });
    for (const name of Object.keys(bad)) expect(stderr).toContain(name);
  });

  it('stops with one clear message when DTC_PORT is in use, and leaves nothing', () =>
    expectRefusal('DTC_PORT'));
});
