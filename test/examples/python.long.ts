/** The participant in Python, as a process: it keeps every duty that the check knows of, over restarts too. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Report } from '../../src/checkParticipant/contract';
import { participantSecret, signatureHeaders } from '../../src/protocol/wire/signatures';
import { freePort } from '../support/listening';
import { end, endAll, launch, runCheck, runSettle } from '../checkParticipant/processes';

const program = resolve(__dirname, '../../examples/python/participant.py');
const folder = mkdtempSync(join(tmpdir(), 'dtc-python-'));
const masterKey = `dtckey_${Buffer.alloc(32, 4).toString('base64')}`;
const python = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;
if (!python) console.warn('skipped: there is no python3 with sqlite3 on this machine');
const itWithPython = python ? it : it.skip;

afterAll(async () => {
  endRestarted();
  await endAll();
  rmSync(folder, { recursive: true });
});

/** The last one that the restart script has started is no child of this process. */
function endRestarted(): void {
  const pidFile = join(folder, 'pid');
  if (!existsSync(pidFile)) return;
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  } catch {
    // it has ended
  }
}

async function start(file: string, { seats = '1000', port = 0, secrets = '', urls = '' } = {}) {
  const args = [program, String(port), join(folder, file), seats];
  const { child, firstLine } = launch('python3', args, { SECRETS: secrets, URLS: urls });
  return { child, url: `http://127.0.0.1:${(await firstLine).replace('listening on ', '')}` };
}

function post(url: string, phase: string, fields: object): Promise<Response> {
  return fetch(`${url}/${phase}`, {
    method: 'POST',
    body: JSON.stringify({ phase, participant: 'p1', decideBy: '2999-01-01T00:00:00.000Z', ...fields }),
  });
}

/** Ends the process whose pid is in the file, waits for that, and starts the next one behind the command. */
const restartScript = `set -e
kill -KILL "$(cat pid)"
while kill -0 "$(cat pid)" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$(cat pid)/status"; do sleep 0.05; done
nohup python3 "$1" "$2" check.db >/dev/null 2>&1 &
echo $! >pid
`;

itWithPython(
  'passes every check that it was given the means for, killed and started again in between',
  async () => {
    const port = await freePort();
    const secrets = participantSecret(masterKey, `http://127.0.0.1:${port}/prepare`);
    const { child, url } = await start('check.db', { port, secrets });
    writeFileSync(join(folder, 'pid'), String(child.pid));
    writeFileSync(join(folder, 'restart.sh'), restartScript);
    const restart = `cd '${folder}' && sh restart.sh '${program}' ${new URL(url).port}`;
    const payloads = ['--payload', '{"seats":2}', '--refused-payload', '{"seats":100000}'];
    const args = [`${url}/prepare`, ...payloads, '--restart', restart, '--json'];
    const keys = { DTC_SIGNING_MASTER_KEY: masterKey, SECRETS: secrets };
    const { code, stdout, stderr } = await runCheck(args, keys);
    const { checks, passed } = JSON.parse(stdout) as Report;
    expect(checks.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect({ code, stderr, passed }).toEqual({ code: 0, stderr: '', passed: 32 });
  },
  120_000,
);

itWithPython('gives no seat twice, and gives back what was rolled back', async () => {
  const { url } = await start('seats.db', { seats: '2' });
  const votes = async (transactionId: string, seats: number): Promise<number> =>
    (await post(url, 'prepare', { transactionId, payload: { seats } })).status;
  const together = await Promise.all(['a', 'b', 'c'].map(id => votes(id, 1)));
  expect(together.toSorted()).toEqual([200, 200, 409]);
  const lucky = ['a', 'b', 'c'].filter((_, index) => together[index] === 200);
  expect(await votes('d', 1)).toBe(409);
  for (const transactionId of lucky) await post(url, 'rollback', { transactionId });
  expect(await votes('e', 2)).toBe(200);
});

itWithPython('refuses what is not a request of a coordinator, and a body over its limit', async () => {
  const { url } = await start('refusals.db');
  const prepare = { transactionId: 'a', payload: { seats: 1 } };
  expect((await post(url, 'prepare', { ...prepare, phase: 'commit' })).status).toBe(400);
  expect((await post(url, 'prepare', { ...prepare, decideBy: undefined })).status).toBe(400);
  expect((await post(url, 'prepare', { ...prepare, payload: { seats: '1' } })).status).toBe(400);
  expect((await post(url, 'prepare', { ...prepare, filler: 'x'.repeat(64 * 1024) })).status).toBe(413);
  expect((await fetch(`${url}/prepare`, { method: 'POST', body: '{' })).status).toBe(400);
  expect(await (await fetch(`${url}/prepared`)).json()).toEqual({ prepared: [] });
});

itWithPython(
  'is listed and settled by the operator’s command, signed, though it is not of the kit',
  async () => {
    const port = await freePort();
    const { url } = await start('settled.db', {
      port,
      secrets: participantSecret(masterKey, `http://127.0.0.1:${port}/prepare`),
    });
    const keys = { DTC_SIGNING_MASTER_KEY: masterKey };
    const sent = async (phase: string, transactionId: string): Promise<void> => {
      const body = JSON.stringify({
        phase,
        transactionId,
        participant: 'p1',
        decideBy: '2999-01-01T00:00:00.000Z',
        payload: { seats: 1 },
      });
      const signed = signatureHeaders([participantSecret(masterKey, `${url}/prepare`)], {
        id: 'x',
        body,
        now: Date.now(),
      });
      expect((await fetch(`${url}/${phase}`, { method: 'POST', body, headers: signed })).status).toBe(200);
    };
    for (const id of ['a', 'b']) await sent('prepare', id);
    expect((await runSettle(['list', `${url}/prepare`], keys)).stdout.split('\n')).toHaveLength(3);
    const done =
      'done, by the request of a transaction: it is not of the kit, and keeps neither name nor reason\n';
    const settle = (verb: string, id: string): ReturnType<typeof runSettle> =>
      runSettle([verb, `${url}/prepared`, id, 'p1', '--reason', 'asked'], keys);
    expect(await settle('commit', 'a')).toEqual({ code: 0, stdout: done, stderr: '' });
    expect(await settle('rollback', 'b')).toEqual({ code: 0, stdout: done, stderr: '' });
    expect(await settle('rollback', 'a')).toMatchObject({
      code: 1,
      stderr: 'settle-participant: 409 committed\n',
    });
    expect((await runSettle(['list', `${url}/prepare`], keys)).stdout).toBe('nothing is prepared\n');
  },
);

itWithPython('takes what any of its secrets signed, in time, and nothing else', async () => {
  const [old, own, other] = [1, 2, 3].map(each => `whsec_${Buffer.alloc(32, each).toString('base64')}`);
  const { url } = await start('signed.db', { secrets: `${old ?? ''} ${own ?? ''}` });
  const list = async (secrets: readonly (string | undefined)[], now = Date.now()): Promise<number> => {
    const known = secrets.filter(each => each !== undefined);
    const headers = signatureHeaders(known, { id: 'list', body: '', now });
    return (await fetch(`${url}/prepared`, { headers })).status;
  };
  expect(await Promise.all([list([old]), list([own]), list([other, own])])).toEqual([200, 200, 200]);
  expect(await Promise.all([list([]), list([other]), list([own], Date.now() - 310_000)])).toEqual([
    401, 401, 401,
  ]);
  const odd = { 'webhook-id': 'é', 'webhook-timestamp': '²', 'webhook-signature': 'v1,é v1a,' };
  expect((await fetch(`${url}/prepared`, { headers: odd })).status).toBe(401);
});

itWithPython('stops on SIGTERM with exit code 0', async () => {
  const { child } = await start('stop.db');
  await end(child, 'SIGTERM');
  expect(child.exitCode).toBe(0);
});

describe('of signatures', () => {
  const [old, next, stranger] = [1, 2, 3].map(
    each => `whsec_${Buffer.alloc(32, each).toString('base64')}`,
  ) as [string, string, string];

  /** The status of a rollback that is signed for `audience`, as a coordinator does. */
  async function answered(
    url: string,
    by: readonly string[],
    signedFor?: string,
    change = {},
  ): Promise<number> {
    const body = JSON.stringify({ phase: 'rollback', transactionId: 'a', participant: 'p1' });
    const about = { id: 'a/p1/rollback', body, now: Date.now() };
    const signed = signatureHeaders(by, signedFor === undefined ? about : { ...about, url: signedFor });
    const headers = { ...signed, ...change };
    return (await fetch(`${url}/rollback`, { method: 'POST', body, headers })).status;
  }

  itWithPython('takes any that is by one of its secrets, wherever in the list it stands', async () => {
    const { url } = await start('rotated.db', { secrets: `${old} ${next}` });
    const here = `${url}/prepare`;
    for (const by of [[old], [next], [old, next], [stranger, next], [stranger, old]])
      expect(await answered(url, by, here)).toBe(200);
    for (const by of [[], [stranger]]) expect(await answered(url, by, here)).toBe(401);
  });

  itWithPython('verifies the one that names whom the request is for', async () => {
    const { url } = await start('audience.db', { secrets: old });
    const here = `${url}/prepare`;
    expect(await answered(url, [old], here, { 'transaction-audience': 'http://other/' })).toBe(401);
    const foreign = signatureHeaders([stranger], { id: 'a', body: '', now: Date.now(), url: here });
    const signature = foreign['transaction-audience-signature'];
    expect(await answered(url, [old], here, { 'transaction-audience-signature': signature })).toBe(401);
    expect(await answered(url, [old])).toBe(200); // a coordinator of before, or any library
  });

  itWithPython('refuses what is signed for another, or for nobody, where it knows who it is', async () => {
    const port = await freePort();
    const here = `http://127.0.0.1:${port}/prepare`;
    const { url } = await start('urls.db', {
      port,
      secrets: old,
      urls: `https://seats.example/prepare ${here}`,
    });
    expect(await answered(url, [old], here)).toBe(200);
    expect(await answered(url, [old], 'https://seats.example/commit')).toBe(200);
    expect(await answered(url, [old], 'http://127.0.0.1:9/prepare')).toBe(401);
    expect(await answered(url, [old])).toBe(401);
  });
});
