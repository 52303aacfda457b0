/**
 * SPEC §2: retries go on for weeks if need be, so a round must leave nothing behind in the coordinator. Its whole process is
 * measured (Node's heaps, the workflows' isolate, Temporal's core), after some rounds and after many; the transactions are
 * several, so that what one round left would show many times over.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import {
  type StatefulParticipant,
  expectAllAsDecided,
  statefulParticipant,
} from '../support/statefulParticipant';

const transactions = 20;
/** A round that left 10 kB would be seen: 3,000 rounds lie between the two measurements. */
const mostGrowthMb = 30;

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
  });
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

function residentMb({ pid }: CoordinatorProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
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
    while (!all()) await sleep(50);
    return residentMb(coordinator);
  };
  const [early, late] = [await after(50), await after(200)];
  process.stdout.write(`${transactions} transactions: ${early} MB after 50 rounds, ${late} MB after 200\n`);
  expect(late - early).toBeLessThan(mostGrowthMb);

  down = false;
  for (const { id } of started) {
    const document = await untilEnded(coordinator.url, id, 5000);
    expect(document).toMatchObject({ status: 'committed', needsAttention: false });
    expectAllAsDecided(document, both);
  }
});
