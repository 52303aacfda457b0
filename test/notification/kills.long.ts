/**
 * I10 of notifications: coordinator, worker and receiver are killed (SIGKILL) at random, two hundred times in all, while transactions go
 * on. Each outcome is delivered at least once, always under the one id of its event, and says what the transaction ended as.
 * `NOTIFICATION_KILLS` kills more.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { freePort } from '../support/listening';
import { type Participants, startParticipants } from '../support/participants';
import {
  type CoordinatorProcess,
  endProcesses,
  post,
  readyAt,
  startProcess,
  untilEnded,
} from '../support/processes';
import { eventually, until } from '../support/until';

const kills = Number(process.env['NOTIFICATION_KILLS'] ?? 200);
/** Of all kills: a receiver is back in a moment, a process of the coordinator takes seconds. */
const share = { coordinator: 0.06, worker: 0.09, receiver: 0.85 };

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const root = join(__dirname, '../..');

/** Verifies and prints, then answers: what it has answered stands in its output, whenever it is killed. */
const receiverProgram = `
  import { createServer } from 'node:http';
  import { Webhook } from 'standardwebhooks';
  const webhook = new Webhook(process.env.NOTIFY_SECRET);
  createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { data } = webhook.verify(body, request.headers);
    console.log(JSON.stringify([request.headers['webhook-id'], data.id, data.status]));
    setTimeout(() => response.writeHead(204).end(), Math.random() * 30);
  }).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
`;

interface Receiver {
  readonly child: ChildProcess;
  readonly listening: Promise<void>;
}

const received: string[] = [];
const receivers = new Set<ChildProcess>();

function startReceiver(port: number): Receiver {
  const child = spawn(process.execPath, ['--input-type=module', '-e', receiverProgram], {
    cwd: root,
    env: { NOTIFY_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  receivers.add(child);
  let rest = '';
  const listening = new Promise<void>(resolve => {
    child.stdout.on('data', chunk => {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.includes('listening')) resolve();
      received.push(...lines.filter(line => line !== 'listening'));
    });
  });
  return { child, listening };
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  receivers.delete(child);
}

/** Or a while, where none comes. */
async function anotherDelivery(): Promise<void> {
  const [before, began] = [received.length, Date.now()];
  const look = (): boolean => received.length > before || Date.now() - began > 500;
  await until(look, come => come, { everyMs: 2 });
}

let participants: Participants;
beforeAll(async () => {
  participants = await startParticipants();
});
afterAll(async () => {
  await Promise.all([...receivers].map(kill));
  await endProcesses();
  await participants.close();
});

it('delivers each outcome at least once, with one id, over kills of coordinator, worker and receiver', async () => {
  const settings = {
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: `kills-${randomUUID()}`,
    DTC_COORDINATOR_ID: `k${randomBytes(5).toString('hex')}`,
    DTC_SIGNING_SECRET: secret,
    DTC_RETRY_INITIAL_MS: '50',
    DTC_RETRY_MAX_MS: '200',
    DTC_PREPARE_TIMEOUT_MS: '2000',
    DTC_COMPLETION_TIMEOUT_MS: '2000',
    DTC_TRANSACTION_TIMEOUT_MS: '10000',
    DTC_LOG_LEVEL: 'error',
  };
  const apiPort = String(await freePort());
  const url = `http://127.0.0.1:${apiPort}`;
  const receiverPort = await freePort();
  const startCoordinator = (): Promise<CoordinatorProcess> =>
    startProcess({ ...settings, DTC_ROLE: 'all', DTC_PORT: apiPort });
  const startWorker = (): Promise<CoordinatorProcess> => startProcess({ ...settings, DTC_ROLE: 'worker' });
  let [coordinator, worker] = await Promise.all([startCoordinator(), startWorker()]);
  let receiver = startReceiver(receiverPort);
  await receiver.listening;

  participants.on('no', ({ phase }) => (phase === 'prepare' ? 409 : 200));
  const notify = { url: `http://127.0.0.1:${String(receiverPort)}/told`, on: ['outcome', 'end'] };
  const ids = new Set<string>();
  let isOver = false;
  /** One after the other, each with a key, until it is accepted. */
  const client = async (nth: number): Promise<void> => {
    for (let count = 0; !isOver; count += 1) {
      const names = (count + nth) % 3 === 0 ? ['a', 'no'] : ['a', 'b'];
      const body = { participants: names.map(name => participants.url(name)), notify };
      const headers = { 'idempotency-key': randomUUID() };
      const look = (): Promise<TransactionDocument | undefined> =>
        post(url, body, headers).catch(() => undefined);
      const accepted = await until(look, seen => seen !== undefined, { withinMs: 300_000, everyMs: 50 });
      if (accepted !== undefined) ids.add(accepted.id);
      await sleep(200 + Math.random() * 300);
    }
  };
  const times = (of: keyof typeof share): number[] =>
    Array.from({ length: Math.round(kills * share[of]) }, (_, index) => index);
  const killers = [
    async () => {
      for (const _ of times('coordinator')) {
        await coordinator.kill();
        coordinator = await startCoordinator();
        const before = ids.size;
        await eventually(() => ids.size > before + 3, 60_000); // else it would never be caught at work
        await sleep(Math.random() * 500);
      }
    },
    async () => {
      for (const _ of times('worker')) {
        await worker.kill();
        worker = await startWorker();
        await sleep(Math.random() * 1500);
      }
    },
    async () => {
      for (const _ of times('receiver')) {
        await anotherDelivery();
        await sleep(Math.random() * 30); // before its answer, or after
        await kill(receiver.child);
        receiver = startReceiver(receiverPort);
        await receiver.listening;
      }
    },
  ];
  const clients = [1, 2, 3, 4].map(client);
  await Promise.all(killers.map(each => each()));
  isOver = true;
  await Promise.all(clients);
  await readyAt(url);

  const ended = new Map<string, TransactionDocument>();
  for (const id of ids) ended.set(id, await untilEnded(url, id, 60_000));
  const told = (): Map<string, string[]> => {
    const all = new Map<string, string[]>();
    for (const line of received) {
      const [id, transaction, status] = JSON.parse(line) as [string, string, string];
      all.set(id, [...(all.get(id) ?? []), `${transaction} ${status}`]);
    }
    return all;
  };
  const owed = [...ids].flatMap(id => [`${id}/outcome`, `${id}/end`]);
  const missing = (): string[] => owed.filter(id => !told().has(id));
  await until(missing, left => left.length === 0, { withinMs: 60_000, everyMs: 200 });
  const wrong = [...told()].flatMap(([id, each]) => {
    const [transaction = ''] = id.split('/');
    const right = `${transaction} ${ended.get(transaction)?.status ?? 'not accepted'}`;
    return each.filter(said => said !== right).map(said => `${id} said ${said}, not ${right}`);
  });
  expect(wrong).toEqual([]);
  expect([...told().keys()].filter(id => !owed.includes(id))).toEqual([]);
  process.stdout.write(
    `notifications: ${String(kills)} kills, ${String(ids.size)} transactions, ${String(received.length)} deliveries of ${String(owed.length)}\n`,
  );
});
