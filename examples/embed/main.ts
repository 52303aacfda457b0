/**
 * A service of one's own with a coordinator inside (docs/EMBEDDING.md): orders at `/orders`, the coordinator's API at `/dtc`, one server for
 * both. What the process does, its signals, log and port, is decided here.
 *
 * `node dist/examples/embed/main.js <host:port of Temporal> <task queue> <port>`
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Runtime } from '@temporalio/worker';
import express from 'express';
import pino from 'pino';
import { createClient } from '../../src/client';
import { createCoordinator } from '../../src/embed';

const [address = '127.0.0.1:7233', taskQueue = 'transactions', port = '0'] = process.argv.slice(2);

async function main(): Promise<void> {
  Runtime.install({ shutdownSignals: [] }); // or the SDK would listen to signals, and stop its workers by itself
  const log = pino();
  const coordinator = createCoordinator({
    settings: { TEMPORAL_ADDRESS: address, DTC_TASK_QUEUE: taskQueue, DTC_PREPARE_ATTEMPTS: 2 },
    log: log.child({ part: 'coordinator' }),
  });

  const app = express();
  app.use('/dtc', coordinator.router); // before express.json(): it reads bodies itself
  app.use(express.json());
  const server = createServer(app).listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dtc = createClient({ url: `${here}/dtc` });
  app.post('/orders', async (request, response) => {
    const { services } = request.body as { readonly services: string[] };
    const { id } = await dtc.begin(services);
    const { status } = await dtc.wait(id);
    response.json({ order: id, placed: status === 'committed' });
  });

  const stopped = once(process, 'SIGTERM');
  await coordinator.start();
  process.stdout.write(`ready at ${here}\n`);
  await stopped;
  server.close();
  await coordinator.close();
}

void main();
