/** `DTC_METRICS_PORT`: metrics and readiness of every process, of a worker too, which has no other port. */
import { randomUUID } from 'node:crypto';
import { newTag } from '../orphans/support/sweeps';
import { startLink } from '../support/partWorker';
import { type Participants, always, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import { type Proxy } from '../support/proxy';
import { scrape } from '../support/scraped';
import { eventually, until } from '../support/until';

let participants: Participants;
let link: Proxy;
let all: CoordinatorProcess;
let worker: CoordinatorProcess;

const tokens = { client: 'c'.repeat(16), participant: 'p'.repeat(16), operator: 'o'.repeat(16) };
const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  participants = await startParticipants();
  link = await startLink();
  const shared = {
    DTC_TASK_QUEUE: `metrics-${randomUUID()}`,
    DTC_COORDINATOR_ID: newTag(),
    DTC_METRICS_PORT: '0',
  };
  const names = Object.entries(tokens).map(([role, token]) => `${role}:${role}:${token}`);
  [all, worker] = await Promise.all([
    startProcess({
      ...shared,
      TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
      DTC_ROLE: 'api',
    }),
    startProcess({
      ...shared,
      ...{ TEMPORAL_ADDRESS: link.address, DTC_ROLE: 'worker', DTC_API_TOKENS: names.join() },
    }),
  ]);
  await untilEnded(all.url, (await post(all.url, [participants.url('a'), participants.url('b')])).id);
});
afterAll(async () => {
  link.mend();
  await endProcesses();
  await link.close();
  await participants.close();
});

function metricsUrl({ printed }: CoordinatorProcess): string {
  return /^ {2}Metrics +(\S+)\/metrics$/m.exec(printed.stderr)?.[1] ?? '';
}

describe('DTC_METRICS_PORT', () => {
  const ready = async (): Promise<readonly [number, string]> => {
    const answer = await fetch(`${metricsUrl(worker)}/readyz`);
    return [answer.status, await answer.text()];
  };

  it('tells what the API counts there, and what a worker counts here', async () => {
    const there = await scrape(metricsUrl(all));
    expect(there.sum('dtc_transactions_started_total')).toBe(1);
    const done = await scrape(metricsUrl(worker), bearer(tokens.operator));
    expect(done.sum('dtc_transactions_ended_total', { status: 'committed' })).toBe(1);
    expect((await fetch(`${metricsUrl(all)}/healthz`)).status).toBe(200);
    expect((await fetch(`${metricsUrl(all)}/transactions`)).status).toBe(404);
    expect((await fetch(`${metricsUrl(all)}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('wants a token of any role where callers authenticate', async () => {
    const refused = await fetch(`${metricsUrl(worker)}/metrics`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="transactions"',
    ]);
    for (const token of Object.values(tokens))
      expect((await scrape(metricsUrl(worker), bearer(token))).types.size).toBeGreaterThan(20);
  });

  it('says of a worker that it is ready while it polls, and Temporal answers', async () => {
    expect(await ready()).toEqual([200, '{"status":"ready"}']);
    await link.refuse();
    try {
      await until(ready, ([status]) => status === 503);
      expect((await ready())[1]).toContain('Temporal does not answer');
      const began = Date.now();
      await scrape(metricsUrl(worker), bearer(tokens.operator)); // nobody waits for what Temporal does not say
      expect(Date.now() - began).toBeLessThan(1_500);
    } finally {
      link.mend();
    }
    await until(ready, ([status]) => status === 200);
  });

  it('says of a worker that it does not poll any more while it drains', async () => {
    let release: (() => void) | undefined;
    participants.on(
      'held',
      always('prepare', response => (release = () => response.end('{}'))),
    );
    await post(all.url, [participants.url('held')]);
    await eventually(() => release !== undefined);
    const stopped = worker.stop();
    await until(ready, ([status]) => status === 503);
    const draining = await scrape(metricsUrl(worker), bearer(tokens.operator));
    expect(draining.sum('dtc_participant_requests_in_flight')).toBe(1);
    release?.();
    expect((await stopped).code).toBe(0);
  });
});
