/** The command that an operator uses at night, as a process of its own against a real service. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type ParticipantOptions, type Participant } from '../../src/participant';
import { call, newId } from './support/calls';
import { listenHttp } from '../support/listening';
import { type Rig } from './support/rig';
import { serve, type Service } from './support/service';
import { sqliteRig } from './support/sqliteRig';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const command = join(__dirname, '../../dist/src/settleParticipant/main.js');

let rig: Rig;
let participant: Participant;
let service: Service;

async function start(options: ParticipantOptions = {}): Promise<void> {
  participant = await rig.open(options);
  service = await serve(participant);
}
beforeEach(async () => (rig = await sqliteRig()));
afterEach(async () => {
  await service.close();
  await rig.dispose();
});

function run(args: readonly string[], env = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [command, ...args], { env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

it('lists what is prepared, over all pages, and ends one', async () => {
  await start();
  const ids = Array.from({ length: 101 }, newId);
  for (const id of ids) await call(participant, 'prepare', id, { payload: { amount: 0 } });
  const listed = await run(['list', `${service.base}/prepared`]);
  expect(listed.out.split('\n')).toHaveLength(ids.length + 1);
  const [first = ''] = ids;
  const settled = await run([
    'commit',
    `${service.base}/prepare`,
    first,
    'p1',
    '--reason',
    'asked',
    '--by',
    'ann',
  ]);
  expect(settled).toEqual({ code: 0, out: 'done\n', err: '' });
  expect((await run(['list', `${service.base}/prepare`])).out).not.toContain(first);
});

it('says why the participant refused', async () => {
  await start();
  const refused = await run(['commit', `${service.base}/prepare`, newId(), 'p1', '--reason', 'asked']);
  expect(refused).toMatchObject({ code: 1, err: 'settle-participant: 409 it was never prepared here\n' });
});

it('prints nothing that the terminal obeys, whatever a service answers', async () => {
  await start();
  const evil = '\u009b2J\u202e\u001b[2J\nnothing is prepared';
  const entry = { transactionId: newId(), participant: `p${evil}`, preparedAt: '2026-11-28T00:00:00Z' };
  const other = await listenHttp((request, response) => {
    response.statusCode = request.method === 'POST' ? 409 : 200;
    response.end(JSON.stringify({ prepared: [entry], detail: evil }));
  });
  try {
    const url = `${other.origin}/prepared`;
    const listed = await run(['list', url]);
    expect(listed.out).toMatch(/^[\x20-\x7e]* p<U\+009B>2J<U\+202E><U\+001B>\[2J nothing is prepared\n$/);
    expect((await run(['list', url, '--json'])).out).toMatch(/^[\n\x20-\x7e]*$/);
    const refused = await run([
      'commit',
      url.replace('prepared', 'prepare'),
      newId(),
      'p1',
      '--reason',
      'asked',
    ]);
    expect(refused.err).toMatch(/^settle-participant: 409 [\x20-\x7e]*\n$/);
  } finally {
    await other.close();
  }
});

it('signs with the secret of the environment', async () => {
  await start({ secrets: [secret] });
  const args = ['list', `${service.base}/prepared`];
  expect((await run(args)).code).toBe(1);
  expect(await run(args, { DTC_SIGNING_SECRET: secret })).toMatchObject({
    code: 0,
    out: 'nothing is prepared\n',
  });
});

it.each([
  [[], 'say list, commit or rollback'],
  [['commit', 'http://127.0.0.1:9/prepare', 'a'], 'missing'],
  [['commit', 'http://127.0.0.1:9/prepare', 'a', 'p1'], '--reason is missing'],
  [
    ['rollback', 'http://127.0.0.1:9/prepare', 'a', 'p1', '--reason', '--by', 'ann'],
    '--reason needs a value',
  ],
  [['list', 'http://127.0.0.1:9/prepare', '--all'], 'there is no option --all'],
  [['list', 'ftp://a'], 'not an http'],
  [['list', 'http://127.0.0.1:9/prepare'], '127.0.0.1:9'],
])('says what is wrong with %j, and ends with 2', async (args, says) => {
  await start();
  const { code, err } = await run(args);
  expect(code).toBe(2);
  expect(err).toContain(says);
});
