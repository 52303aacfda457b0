/** Standard output is a pipe that nobody reads: a log that hangs, or a service manager that does. */
import { type Fifo, openFifo } from '../telemetry/fifo';
import { type CoordinatorProcess, endProcesses, startProcess } from '../support/processes';
import { eventually } from '../support/until';

const settings = {
  TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
  DTC_TASK_QUEUE: 'unread-log',
  DTC_ROLE: 'api',
};

let fifo: Fifo;
let coordinator: CoordinatorProcess;

beforeEach(async () => {
  fifo = openFifo();
  coordinator = await startProcess(settings, { stdout: fifo.fd });
});
afterEach(async () => {
  await endProcesses();
  fifo.close();
});

const path = `/no-such-path-${'x'.repeat(1_000)}`;

/** Each a line of more than a kilobyte at level info, of which a pipe takes 64. */
async function makeLines(count: number): Promise<void> {
  const request = (): Promise<string> =>
    fetch(coordinator.url + path, { signal: AbortSignal.timeout(5_000) }).then(answer => answer.text());
  for (let nth = 0; nth < count; nth += 50) await Promise.all(Array.from({ length: 50 }, request));
}

it('goes on answering, says how many lines it dropped once somebody reads, and ends in time', async () => {
  await makeLines(2_000);
  expect((await fetch(`${coordinator.url}/healthz`)).status).toBe(200);
  let text = '';
  await eventually(() => {
    text += fifo.read();
    return text.includes('log lines were dropped');
  });
  const lines = text.trimEnd().split('\n');
  const kept = lines.filter(line => line.includes(path)).length;
  const told = lines.map(line => (JSON.parse(line) as { dropped?: number }).dropped ?? 0);
  expect(kept + told.reduce((sum, dropped) => sum + dropped, 0)).toBe(2_000);

  await makeLines(200);
  const exit = await coordinator.stop();
  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit.afterMs).toBeLessThan(8_000);
});

it('ends with the last lines written, where somebody reads', async () => {
  await makeLines(50);
  expect(fifo.read()).toContain(path);
  await coordinator.stop();
  expect(fifo.read()).toMatch(/"msg":"stopped"\}\n$/);
});
