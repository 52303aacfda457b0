/**
 * A query must not take a decision. Where a workflow is replayed for a query, the SDK feeds it also what history holds after
 * the last workflow task, at that task's time: here a yes that comes in before the deadline, and whose task runs after it.
 *
 * The query for what a closed run left is answered ahead of its tasks, and must not be for one that runs, whatever length of
 * its history it names: neither the one it has, nor one that it will have.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { leftQuery } from '../../workflows/transaction/messages';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { startPartWorker } from '../support/partWorker';
import { gate } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { currentBundle } from './bundles';
import { fetchHistory } from './histories';
import { replay } from './replay';

const transactions = 8;
const limits = { prepareTimeoutMs: 5000 };
const timeoutMs = 5000;

/** More than one, as it is a race of the query with the task: whichever comes first, nothing may change. */
it.each([
  ['status', 'with cached workflows', {}],
  ['status', 'replaying at every step', { maxCachedWorkflows: 0 }],
  ['left', 'with cached workflows', {}],
  ['left', 'replaying at every step', { maxCachedWorkflows: 0 }],
] as const)(
  'reports by %s no decision that a workflow task may still take otherwise, %s',
  async (query, _, cache) => {
    const participants = await startParticipants();
    const dtc = await startCoordinator({ apiOnly: true, limits, ...cache });
    const activities = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'activities' });
    try {
      const asked = await askWithoutWorker(dtc, participants, query);
      await dtc.startWorker();
      for (const { id, answer } of asked) {
        const { decision } = await dtc.until(id, d => d.endedAt !== undefined);
        expect([decision, null, undefined]).toContain((await answer)?.decision);
        const history = await fetchHistory(dtc.client, id);
        expect(await replay(currentBundle(), [{ name: id, workflowId: id, history }])).toEqual([]);
      }
    } finally {
      await activities.stop();
      await dtc.close();
      await participants.close();
    }
  },
);

interface Asked {
  readonly id: string;
  /** Undefined: the query was not answered. */
  readonly answer: Promise<Pick<TransactionDocument, 'decision'> | undefined>;
}

/** The query waits for a worker when the yes comes in, and both when the deadline passes. */
async function askWithoutWorker(
  dtc: TestCoordinator,
  participants: Participants,
  name: 'status' | 'left',
): Promise<Asked[]> {
  const workflows = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'workflows' });
  const vote = gate();
  participants.on('a', r =>
    r.phase === 'prepare' ? response => vote.passed.then(() => response.end()) : undefined,
  );
  const started = await Promise.all(
    Array.from({ length: transactions }, () =>
      dtc.start({ participants: [participants.url('a')], timeoutMs }),
    ),
  );
  await eventually(() => started.every(({ id }) => participants.requests(id).length > 0));
  await workflows.stop();
  const asked = await Promise.all(started.map(({ id }, nth) => ask(dtc, id, { name, nth })));
  await past(Date.now() + 2500); // the stopped worker's own queue is given up by then, and the queries wait for any
  vote.open();
  await past(Math.max(...started.map(({ decideBy }) => Date.parse(decideBy))));
  return asked;
}

async function ask(
  { client }: TestCoordinator,
  id: string,
  { name, nth }: { name: 'status' | 'left'; nth: number },
): Promise<Asked> {
  const handle = client.workflow.getHandle(id);
  if (name === 'status') {
    const query = handle.query<TransactionDocument>('status');
    return { id, answer: query.catch(() => undefined) };
  }
  const { runId, status, historyLength } = await handle.describe();
  const proof = { runId, status: status.name, historyLength: historyLength + nth };
  const query = handle.query(leftQuery, proof);
  return { id, answer: query.then(({ progress }) => progress).catch(() => undefined) };
}

function past(instant: number): Promise<void> {
  return eventually(() => Date.now() > instant);
}
