/** What API and worker send as processes of their own, and a collector that is in trouble. */
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { freePort } from '../support/listening';
import { type Participants, startParticipants } from '../support/participants';
import { endProcesses, startProcess } from '../support/processes';
import { type Collector, pathOf, startCollector } from './collector';
import { commit, together } from './processes';

let participants: Participants;
let collector: Collector;

beforeAll(async () => {
  participants = await startParticipants();
  collector = await startCollector();
});
afterEach(endProcesses);
afterAll(async () => {
  await participants.close();
  await collector.close();
});

it('makes one trace of what API and worker do as processes of their own', async () => {
  const settings = together({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '60000', // what is left when they stop is sent then
  });
  const [api, worker] = await Promise.all([
    startProcess({ ...settings, DTC_ROLE: 'api' }),
    startProcess({ ...settings, DTC_ROLE: 'worker' }),
  ]);
  const traceId = randomBytes(16).toString('hex');
  await commit(participants, api.url, { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` });
  const exits = await Promise.all([api.stop(), worker.stop()]);
  expect(exits.map(({ code }) => code)).toEqual([0, 0]);
  const seen = await collector.whole(traceId, 'RunWorkflow:transaction');
  expect(new Set(seen.map(span => pathOf(seen, span)))).toEqual(
    new Set([
      'POST /transactions',
      'POST /transactions > RunWorkflow:transaction',
      'POST /transactions > RunWorkflow:transaction > RunActivity:prepareAll',
      'POST /transactions > RunWorkflow:transaction > RunActivity:prepareAll > POST prepare',
      'POST /transactions > RunWorkflow:transaction > RunActivity:commitAll',
      'POST /transactions > RunWorkflow:transaction > RunActivity:commitAll > POST commit',
    ]),
  );
});

it('sends protobuf unless it is told otherwise', async () => {
  const dtc = await startProcess(together({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }));
  const id = await commit(participants, dtc.url);
  await dtc.stop();
  expect(collector.contentTypes).toContain('application/x-protobuf');
  expect(Buffer.concat(collector.raw).includes(id)).toBe(true);
});

describe('a collector in trouble', () => {
  it('that hangs holds up nothing: no transaction, and no stop for more than a second', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer(socket => sockets.add(socket.on('error', () => undefined)));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const settings = { OTEL_BSP_SCHEDULE_DELAY: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2' };
      const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
      const dtc = await startProcess(together({ ...settings, ...endpoint }));
      for (let nth = 0; nth < 3; nth += 1) await commit(participants, dtc.url);
      expect(sockets.size).toBeGreaterThan(0);
      const { code, afterMs } = await dtc.stop();
      expect(code).toBe(0);
      expect(afterMs).toBeLessThan(5_000); // without traces some two seconds, of which the worker takes most
    } finally {
      for (const socket of sockets) socket.destroy();
      await once(silent.close(), 'close');
    }
  });

  it('that is away is said once, not for each span', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const dtc = await startProcess(
      together({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_TIMEOUT: '100',
        OTEL_BSP_SCHEDULE_DELAY: '10',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
      }),
    );
    for (let nth = 0; nth < 5; nth += 1) await commit(participants, dtc.url);
    expect((await dtc.stop()).code).toBe(0);
    const said = dtc.printed.stdout.split('\n').filter(line => line.includes('traces are not delivered'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('"level":"warn"');
  });
});
