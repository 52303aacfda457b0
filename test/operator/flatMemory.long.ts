/**
 * PROTOCOL §2: retries go on for weeks if need be, so a round must leave nothing behind in the coordinator. What its process
 * holds after a garbage collection is measured after some rounds and after many; the transactions are several, so that
 * what one round left would show many times over.
 */
import { randomUUID } from 'node:crypto';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import {
  type StatefulParticipant,
  expectAllAsDecided,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';

const transactions = 20;
/** A round that left 5 kB would be seen: 3,000 rounds lie between the two measurements. */
const mostGrowthMb = 15;

/** Loaded into the coordinator: at SIGUSR2 it collects garbage and prints what is left, on standard error. */
const reporter = `
  import v8 from 'node:v8';
  import vm from 'node:vm';
  import { isMainThread } from 'node:worker_threads';
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  if (isMainThread) process.on('SIGUSR2', () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    process.stderr.write('memory ' + (heapUsed + external) + ';');
  });`;

let participants: Participants;
let coordinator: CoordinatorProcess;

beforeAll(async () => {
  participants = await startParticipants();
  coordinator = await startProcess({
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: `memory-${randomUUID()}`,
    DTC_COMPLETION_ATTEMPTS: '3',
    DTC_RETRY_INITIAL_MS: '1',
    DTC_RETRY_MAX_MS: '20',
    DTC_ATTENTION_RETRY_MS: '20',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(reporter)}`,
  });
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

async function heldMb({ pid, printed }: CoordinatorProcess): Promise<number> {
  const reports = (): string[] =>
    [...printed.stderr.matchAll(/memory (\d+);/g)].map(([, bytes]) => bytes ?? '');
  const before = reports().length;
  process.kill(pid, 'SIGUSR2');
  await eventually(() => reports().length > before);
  return Number(reports().at(-1)) / 2 ** 20;
}

it('keeps memory flat through two hundred rounds of each, and all commit once the participant is back', async () => {
  let down = true;
  const broken = statefulParticipant(participants, 'broken', {
    fault: r => (r.phase === 'commit' && down ? { instead: 503 } : undefined),
  });
  const healthy = statefulParticipant(participants, 'healthy');
  const both: StatefulParticipant[] = [healthy, broken];
  const started = await Promise.all(
    Array.from({ length: transactions }, () =>
      post(
        coordinator.url,
        both.map(each => each.url),
      ),
    ),
  );
  const after = async (rounds: number): Promise<number> => {
    const all = (): boolean =>
      started.every(({ id }) => participants.requests(id, broken.name, 'commit').length >= rounds);
    await eventually(all, 400_000);
    return heldMb(coordinator);
  };
  const [early, late] = [await after(50), await after(200)];
  const [mb50, mb200] = [early, late].map(mb => `${mb.toFixed(1)} MB`);
  process.stdout.write(`${transactions} transactions: ${mb50} after 50 rounds of each, ${mb200} after 200\n`);
  expect(late - early).toBeLessThan(mostGrowthMb);

  down = false;
  for (const { id } of started) {
    const document = await untilEnded(coordinator.url, id, 5000);
    expect(document).toMatchObject({ status: 'committed', needsAttention: false });
    expectAllAsDecided(document, both);
  }
});
