/**
 * I2, I4: the clock of a worker jumps, an hour ahead or back, in the middle of transactions. What a worker compares with
 * its clock is `decideBy` alone, right before it sends a prepare; deadlines and timers are Temporal's.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type CoordinatorProcess, endProcesses, startProcess } from '../support/processes';
import { faultsOf } from '../support/records';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { prepareAttempts: 100, completionAttempts: 100 }, apiOnly: true });
const hourMs = 3_600_000;

/** Loaded into the worker: at SIGUSR2 its clock jumps. */
const jumper = (ms: number): string => `
  import { isMainThread } from 'node:worker_threads';
  const now = Date.now;
  if (isMainThread) process.on('SIGUSR2', () => {
    Date.now = () => now() + ${ms};
    process.stderr.write('jumped');
  });`;

function startWorker(jumpMs: number): Promise<CoordinatorProcess> {
  return startProcess({
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: world.dtc.taskQueue,
    DTC_ROLE: 'worker',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(jumper(jumpMs))}`,
  });
}

async function jump({ pid, printed }: CoordinatorProcess): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await eventually(() => printed.stderr.includes('jumped'));
}

afterEach(endProcesses);

it.each([
  ['ahead', hourMs],
  ['back', -hourMs],
])('keeps every promise when the clock of a worker jumps an hour %s', async (name, jumpMs) => {
  const { dtc, participants } = world;
  const worker = await startWorker(jumpMs);
  let jumped = false;
  const voter = statefulParticipant(participants, `never-votes-${name}`, {
    fault: r => (r.phase === 'prepare' ? { instead: 503 } : undefined),
  });
  const committer = statefulParticipant(participants, `commits-after-the-jump-${name}`, {
    fault: r => (r.phase === 'commit' && !jumped ? { instead: 503 } : undefined),
  });
  const beside = statefulParticipant(participants, `beside-${name}`);
  const start = (url: string, timeoutMs: number): Promise<TransactionDocument> =>
    dtc.start({ participants: [url, beside.url].map(each => ({ url: each, timeoutMs: 500 })), timeoutMs });
  const [committing, preparing] = [await start(committer.url, 30_000), await start(voter.url, 4000)];
  await dtc.until(committing.id, d => d.decision === 'commit');
  await eventually(() => participants.requests(preparing.id, voter.name, 'prepare').length > 1);
  await jump(worker);
  jumped = true;

  const committed = await dtc.until(committing.id, d => d.endedAt !== undefined);
  expect(committed).toMatchObject({ status: 'committed' });
  expectAllAsDecided(committed, [committer, beside]);
  const rolledBack = await dtc.until(preparing.id, d => d.endedAt !== undefined);
  expect(rolledBack).toMatchObject({ status: 'rolledback', reason: { code: 'deadline', participant: 'p1' } });
  expectAllAsDecided(rolledBack, [voter, beside]);
  for (const document of [committed, rolledBack]) expect(faultsOf(document, participants)).toEqual([]);
  // a worker that is behind does not see the deadline itself: Temporal's timer ends the asking
  for (const { at } of participants.requests(preparing.id, voter.name, 'prepare'))
    expect(at).toBeLessThan(Date.parse(preparing.decideBy) + 1000);
});
