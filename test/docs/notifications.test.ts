/** The receiver of docs/NOTIFICATIONS.md, as it stands there, takes what the coordinator signs and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notificationBody, notificationHeaders } from '../../src/protocol/wire/notification';
import { signatureHeaders } from '../../src/protocol/wire/signatures';
import { until } from '../support/until';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/NOTIFICATIONS.md'), 'utf8');
const [, program = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
const secret = `whsec_${randomBytes(32).toString('base64')}`;

let url: string;
let receiver: ChildProcess;
let printed = '';
beforeAll(async () => {
  const listening = program.replace(
    '.listen(9002)',
    ".listen(0, function () { console.log('listening on ' + this.address().port + '.'); })",
  );
  receiver = spawn(process.execPath, ['--input-type=module', '-e', listening], {
    cwd: root,
    env: { NOTIFY_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  receiver.stdout?.on('data', chunk => (printed += String(chunk)));
  const said = await until(
    () => printed,
    text => /listening on \d+\./.test(text),
  );
  url = `http://127.0.0.1:${/listening on (\d+)\./.exec(said)?.[1] ?? ''}/transactions`;
});
afterAll(async () => {
  const ended = once(receiver, 'close');
  receiver.kill();
  await ended;
});

const notification = {
  transactionId: 'tx',
  event: 'outcome',
  at: 0,
  data: { id: 'tx', status: 'committed' },
} as const;

async function send(
  by: string,
  { now = Date.now(), body = notificationBody(notification) } = {},
): Promise<number> {
  const signed = { id: 'tx/outcome', body: notificationBody(notification), now };
  const headers = { ...notificationHeaders(notification, now), ...signatureHeaders([by], signed) };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

it('is ten lines or few more', () => {
  expect(program.trim().split('\n').length).toBeLessThan(18);
});

it('takes what is signed with its secret, and tells it by its id', async () => {
  expect(await send(secret)).toBe(204);
  await until(
    () => printed,
    text => text.includes('tx/outcome transaction.outcome tx committed'),
  );
});

it('refuses what another secret signed, what was changed, and what is old', async () => {
  expect(await send(`whsec_${randomBytes(32).toString('base64')}`)).toBe(401);
  expect(
    await send(secret, { body: notificationBody(notification).replace('committed', 'rolledback') }),
  ).toBe(401);
  expect(await send(secret, { now: Date.now() - 301_000 })).toBe(401);
});
