/**
 * PROTOCOL I6 and I10 as the client has them: a hundred programs begin, wait and watch while the coordinator is killed under them, once
 * by itself and once with its Temporal server, and started again at the same address.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type TransactionDocument, createClient } from '../../src/client';
import { changesOf } from '../../src/protocol/client/changes';
import { type Place, newPlace, serverPid, settings } from '../devServer/fixture';
import { freePort } from '../support/listening';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, startProcess } from '../support/processes';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';

const many = 100;
const everyMs = 60;

let participants: Participants;
let place: Place;
let port: number;
let coordinator: CoordinatorProcess;
let client: Client;

beforeAll(async () => {
  participants = await startParticipants();
  place = await newPlace();
  port = await freePort();
  coordinator = await start();
  client = createClient({ url: coordinator.url });
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

function start(): Promise<CoordinatorProcess> {
  const quick = { DTC_RETRY_INITIAL_MS: '50', DTC_RETRY_MAX_MS: '200' };
  return startProcess({ ...settings(place), ...quick, DTC_PORT: String(port) });
}

interface Lived {
  readonly begun: TransactionDocument;
  readonly waited: TransactionDocument;
  readonly watched: readonly TransactionDocument[];
}

/** How far they have come, to be killed in the middle of it. */
const progress = { begun: 0, told: 0 };

async function live(nth: number): Promise<Lived> {
  await sleep(nth * everyMs);
  // a prepare that was lost with its worker may be followed by a rollback past the deadline (I4): one that comes soon
  const asked = ['a', 'b'].map(name => ({ url: participants.url(name), timeoutMs: 1_000 }));
  const begun = await client.begin({ participants: asked, timeoutMs: 10_000, labels: { nth: String(nth) } });
  progress.begun += 1;
  const [waited, watched] = await Promise.all([client.wait(begun.id, { until: 'end' }), watch(begun.id)]);
  return { begun, waited, watched };
}

async function watch(id: string): Promise<TransactionDocument[]> {
  const told: TransactionDocument[] = [];
  for await (const document of client.watch(id)) {
    told.push(document);
    progress.told += 1;
  }
  return told;
}

it('loses none, starts none twice, and tells each change once', async () => {
  const living = Array.from({ length: many }, (_, nth) => live(nth));
  const lived = Promise.all(living);
  lived.catch(() => undefined); // told below
  await eventually(() => progress.begun >= 20, 40_000);
  await coordinator.kill();
  await sleep(500); // begins and watches come, and nobody is there
  coordinator = await start();
  await eventually(() => progress.begun >= 60, 40_000);
  process.kill(serverPid(place.dataDir), 'SIGKILL');
  await coordinator.kill();
  coordinator = await start();

  const all = await lived;
  const ids = new Set(all.map(({ begun }) => begun.id));
  expect(ids.size).toBe(many);
  // one that was rolled back before anybody could be asked has asked nobody
  const asked = new Set(participants.received.map(({ transactionId }) => transactionId));
  expect([...asked].filter(id => !ids.has(id))).toEqual([]);
  await eventually(async () => (await client.count()).count >= many);
  expect(await client.count()).toEqual({ count: many });

  const statuses = new Map<string, number>();
  for (const { begun, waited, watched } of all) {
    const now = await client.get(begun.id);
    expect(faultsOf(now, participants)).toEqual([]);
    expect(waited).toEqual(now);
    expect(watched.at(-1)).toEqual(now);
    const changes = watched.map(changesOf);
    expect(changes).toEqual([...new Set(changes)].sort((a, b) => a - b));
    // while no worker answers less may be known (PROTOCOL §3), but never something else
    for (const told of watched) {
      expect([now.decision, null]).toContain(told.decision);
      expect([now.status, 'pending']).toContain(told.status);
    }
    statuses.set(now.status, (statuses.get(now.status) ?? 0) + 1);
  }
  console.log(`of ${many}: ${JSON.stringify([...statuses])}; ${progress.told} events`);
  expect(statuses.get('committed')).toBeGreaterThan(many / 2);
});
