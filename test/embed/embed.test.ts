/** Coordinators inside other programs: the example's, as a process; and two in this one, beside each other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import workerThreads from 'node:worker_threads';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import express from 'express';
import { register } from 'prom-client';
import { type EmbeddedCoordinator, createCoordinator } from '../../src/embed';
import { type HttpServer, listenHttp } from '../support/listening';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, startParticipants } from '../support/participants';
import { eventually } from '../support/until';

const example = resolve(__dirname, '../../dist/examples/embed/main.js');
const json = { 'content-type': 'application/json' };
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

let temporal: OwnServer;
let participants: Participants;
beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ shutdownSignals: [], logger, telemetryOptions: { logging: { forward: {} } } });
  [temporal, participants] = await Promise.all([startOwnServer(), startParticipants()]);
});
afterAll(async () => {
  await participants.close();
  await temporal.stop();
});

const urls = (...names: readonly string[]): string[] => names.map(name => participants.url(name));

function post(url: string, body: unknown, headers = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

interface Shop {
  readonly child: ChildProcess;
  readonly url: string;
  readonly printed: () => string;
}

async function startShop(): Promise<Shop> {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const child = spawn(process.execPath, [example, temporal.address, 'shop', '0'], { stdio: [...stdio] });
  let printed = '';
  child.stdout.on('data', chunk => (printed += String(chunk)));
  const url = (): string | undefined => /^ready at (\S+)$/m.exec(printed)?.[1];
  await eventually(() => url() !== undefined, 40_000);
  return { child, url: url() ?? '', printed: () => printed };
}

it('commits transactions in a service with routes of its own, and drains when that is stopped', async () => {
  const { child, url, printed } = await startShop();
  try {
    const order = await post(`${url}/orders`, { services: urls('stock', 'pay') });
    const { order: id, placed } = (await order.json()) as { order: string; placed: boolean };
    expect(placed).toBe(true);
    expect(participants.phases(id, 'stock')).toEqual(['prepare', 'commit']);

    const posted = await post(`${url}/dtc/transactions`, urls('stock', 'pay'), { prefer: 'wait=20' });
    const document = (await posted.json()) as { id: string; status: string };
    expect(document.status).toBe('committed');
    expect(posted.headers.get('location')).toBe(`/dtc/transactions/${document.id}`);
    const read = await fetch(new URL(posted.headers.get('location') ?? '', url));
    expect(await read.json()).toMatchObject({ id: document.id, status: 'committed' });

    participants.on('away', ({ phase }) => (phase === 'prepare' ? 503 : undefined));
    const waiting = post(`${url}/dtc/transactions`, urls('away', 'pay'), { prefer: 'wait=50' });
    await eventually(() => participants.received.some(({ name }) => name === 'away'));
    child.kill('SIGTERM');
    expect((await waiting).status).toBe(201); // as it is: it goes on elsewhere, or when the service is back
    expect(await once(child, 'exit')).toEqual([0, null]);
    const lines = printed()
      .split('\n')
      .filter(line => line.includes('"part":"coordinator"'));
    expect(lines.some(line => line.includes('"msg":"stopped"'))).toBe(true);
  } finally {
    child.kill('SIGKILL');
  }
});

describe('two in one process, on a connection of their host', () => {
  const before = {
    listeners: signals.map(signal => process.listenerCount(signal)),
    thread: workerThreads.Worker,
  };
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  let connection: NativeConnection;
  let both: EmbeddedCoordinator[];
  let server: HttpServer;

  beforeAll(async () => {
    await eventually(async () => {
      const opened = await NativeConnection.connect({ address: temporal.address }).catch(() => undefined);
      if (opened !== undefined) connection = opened;
      return opened !== undefined; // the server may not listen yet
    });
    both = ['one', 'two'].map(id =>
      createCoordinator({
        connection,
        log,
        settings: { DTC_COORDINATOR_ID: id, DTC_TASK_QUEUE: `embedded-${id}` },
      }),
    );
    const app = express();
    app.get('/', (_request, response) => void response.json('the host'));
    app.use('/one', both[0]?.router ?? express.Router());
    app.use('/deep/two', both[1]?.router ?? express.Router());
    server = await listenHttp((request, response) => void app(request, response));
    await Promise.all(both.map(each => each.start()));
  });
  afterAll(async () => {
    await Promise.all(both.map(each => each.close()));
    await server.close();
    await connection.close();
  });

  const started = async (path: string): Promise<string | undefined> => {
    const text = await (await fetch(`${server.origin}${path}/metrics`)).text();
    return /^dtc_transactions_started_total (\d+)/m.exec(text)?.[1];
  };

  it('do not see each other, and count apart', async () => {
    const posted = await post(`${server.origin}/deep/two/transactions`, urls('a', 'b'), {
      prefer: 'wait=20',
    });
    const { id, status } = (await posted.json()) as { id: string; status: string };
    expect({ tag: id.slice(0, 4), status }).toEqual({ tag: 'twot', status: 'committed' });
    expect(posted.headers.get('location')).toBe(`/deep/two/transactions/${id}`);
    expect((await fetch(`${server.origin}/one/transactions/${id}`)).status).toBe(404);
    expect([await started('/one'), await started('/deep/two')]).toEqual(['0', '1']);
  });

  it('leave the process to its host', async () => {
    expect(await (await fetch(server.origin)).json()).toBe('the host');
    expect(signals.map(signal => process.listenerCount(signal))).toEqual(before.listeners);
    expect(workerThreads.Worker).toBe(before.thread);
    expect(register.getMetricsAsArray()).toEqual([]);
    expect(lines).toContain('ready');
  });

  it('end by themselves, and leave the connection open', async () => {
    await expect(both[0]?.start()).rejects.toThrow('a coordinator is started once');
    await both[0]?.close();
    const closed = await fetch(`${server.origin}/one/transactions`);
    expect(await closed.json()).toMatchObject({ type: '/problems/stopping' });
    const other = await post(`${server.origin}/deep/two/transactions`, urls('a', 'b'), { prefer: 'wait=20' });
    expect(await other.json()).toMatchObject({ status: 'committed' });
    await connection.workflowService.getSystemInfo({});
  });
});

it('is closed while it waits for Temporal', async () => {
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  const coordinator = createCoordinator({ log, settings: { TEMPORAL_ADDRESS: '127.0.0.1:9' } });
  const start = coordinator.start().catch((error: unknown) => error);
  await eventually(() => lines.some(line => line.includes('trying again')));
  await coordinator.close();
  expect(await start).toMatchObject({ message: 'the coordinator was closed before its start was done' });
});
