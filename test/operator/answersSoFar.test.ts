/**
 * Who has answered, and whom the others wait for, is shown while a round is under way (PROTOCOL §3), also with nobody to ask. I1, I2,
 * I8: of the transaction nothing is told by it, whatever a heartbeat says.
 */
import { Context } from '@temporalio/activity';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { startPartWorker } from '../support/partWorker';
import { hang } from '../support/participants';
import { gate } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const timeoutMs = 4000;
const world = useWorld({
  own: true,
  limits: { prepareTimeoutMs: timeoutMs, completionTimeoutMs: timeoutMs, prepareAttempts: 1 },
});

const shown = ({ participants }: TransactionDocument): object[] =>
  participants.map(({ name, state, vote, attempts, lastError }) => ({
    ...{ name, state, vote, attempts },
    lastError: lastError?.code,
  }));
const hasVote = (d: TransactionDocument): boolean => d.participants.some(p => p.vote !== undefined);

const undecided = { status: 'pending', state: 'preparing', decision: null, needsAttention: false };
const votes = [
  { name: 'yes', state: 'prepared', vote: 'yes', attempts: 1, lastError: undefined },
  { name: 'no', state: 'refused', vote: 'no', attempts: 1, lastError: 'refused' },
  { name: 'dead', state: 'preparing', vote: undefined, attempts: 1, lastError: 'connection' },
  { name: 'hangs', state: 'preparing', vote: undefined, attempts: 1, lastError: undefined },
];

async function voting(): Promise<string> {
  const { dtc, participants } = world;
  participants.on('hangs', ({ phase }) => (phase === 'prepare' ? hang : undefined));
  participants.on('no', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
  const at = (name: string): object => ({ name, url: participants.url(name) });
  const dead = { name: 'dead', url: 'http://127.0.0.1:9/prepare' };
  const { id } = await dtc.start({ participants: [at('yes'), at('no'), dead, at('hangs')] });
  return id;
}

it('shows each vote as it is known while one hangs, a no as no decision, and at no event more', async () => {
  const { dtc } = world;
  const id = await voting();
  const asked = await dtc.until(id, hasVote);
  expect(asked).toMatchObject(undecided);
  expect(asked).not.toHaveProperty('reason');
  expect(shown(asked)).toEqual(votes);
  const { events } = await dtc.client.workflow.getHandle(id).fetchHistory();
  expect(events).toHaveLength(6); // started, the first workflow task, what it heard, and the rest of the round: scheduled
  await dtc.act(id, 'abort');
});

it('shows each acknowledgement while one hangs, and the outcome to nobody before it is one', async () => {
  const { dtc, participants } = world;
  const held = gate();
  participants.on('slow', ({ phase }) =>
    phase === 'commit' ? async response => (await held.passed, response.end()) : undefined,
  );
  const two = ['quick', 'slow'].map(name => ({ name, url: participants.url(name) }));
  const { id } = await dtc.start({ participants: two });
  const told = await dtc.until(id, d => d.participants[0]?.state === 'committed');
  expect(told).toMatchObject({ status: 'pending', state: 'committing', decision: 'commit' });
  expect(shown(told)).toEqual([
    { name: 'quick', state: 'committed', vote: 'yes', attempts: 1, lastError: undefined },
    { name: 'slow', state: 'committing', vote: 'yes', attempts: 1, lastError: undefined },
  ]);
  held.open();
  await dtc.until(id, d => d.status === 'committed');
});

it('is what an action answers too: votes and attempts do not go back', async () => {
  const { dtc } = world;
  const id = await voting();
  await dtc.until(id, hasVote);
  const retried = (await (await dtc.act(id, 'retry')).json()) as TransactionDocument;
  expect(shown(retried)).toEqual(votes);
  const aborted = (await (await dtc.act(id, 'abort')).json()) as TransactionDocument;
  expect(aborted).toMatchObject({
    decision: 'rollback',
    actions: [{ action: 'retryNow' }, { action: 'abort' }],
  });
  expect(shown(aborted)).toEqual(votes);
});

it('shows the same where no worker answers for the workflow', async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  const { taskQueue } = dtc;
  const activities = await startPartWorker({ taskQueue, runs: 'activities' });
  const workflows = await startPartWorker({ taskQueue, runs: 'workflows' });
  try {
    const id = await voting();
    await eventually(() => world.participants.requests(id, 'hangs').length > 0);
    await workflows.stop();
    const described = await dtc.until(id, hasVote);
    expect(described).toMatchObject(undecided);
    expect(shown(described)).toEqual(votes);
    await dtc.client.workflow.getHandle(id).terminate();
  } finally {
    await activities.stop();
    await dtc.startWorker();
  }
});

it('shows what a heartbeat claims of a participant, and decides by the result alone', async () => {
  const { dtc, participants } = world;
  await dtc.stopWorker();
  const { taskQueue } = dtc;
  const held = gate();
  const prepareAll = async (): Promise<undefined> => {
    Context.current().heartbeat({ soFar: [{ participant: 'p1', is: 'yes', requests: 1, at: 1 }] });
    await held.passed;
  };
  const foreigner = await startPartWorker({ taskQueue, runs: 'both', instead: { prepareAll } });
  try {
    const { id } = await dtc.start([participants.url('a')]);
    const claimed = await dtc.until(id, hasVote);
    expect(claimed).toMatchObject({ ...undecided, participants: [{ state: 'prepared', vote: 'yes' }] });
    held.open();
    const told = await dtc.until(id, d => d.status !== 'pending');
    expect(told).toMatchObject({
      decision: 'rollback',
      participants: [{ lastError: { code: 'workerLost' } }],
    });
    expect(told.participants[0]).not.toHaveProperty('vote');
  } finally {
    held.open();
    await foreigner.stop();
    await dtc.startWorker();
  }
});
