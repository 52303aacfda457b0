/**
 * I12, PROTOCOL §4: `temporal workflow pause` stops a transaction, or a lock, until it is unpaused. Nobody else gets its locks, it
 * says what is the matter and what to type, and it goes on where it was. On a server of its own: pausing has to be allowed there.
 */
import { type FindingDocument, type OrphansDocument } from '../../src/protocol/client/orphans';
import { exclusive, lease, lockNow, newResource, unlock } from '../locks/support';
import { type TestCoordinator } from '../support/coordinator';
import { type Participants } from '../support/participants';
import { type Gate, gate, statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { type Pausing, startPausing } from './pausing';

let pausing: Pausing;
let participants: Participants;
let dtc: TestCoordinator;

beforeAll(async () => {
  const env = { DTC_COORDINATOR_ID: 'paused' };
  pausing = await startPausing({ limits: { prepareTimeoutMs: 60_000 }, sweeps: true, env });
  ({ participants, dtc } = pausing);
  await dtc.run([participants.url('warm')]);
}, 60_000);

afterAll(() => pausing.close());

/** Paused while its vote is awaited; `vote.open()` lets the participant say yes. */
async function pausedTransaction(
  name: string,
  resource = newResource(),
): Promise<{ id: string; vote: Gate }> {
  const vote = gate();
  const a = statefulParticipant(participants, name, {
    fault: r => (r.phase === 'prepare' ? { after: vote.passed } : undefined),
  });
  const { id } = await dtc.start({ participants: [a.url], locks: [exclusive(resource)] });
  await eventually(() => participants.requests(id, name, 'prepare').length > 0);
  await dtc.until(id, d => d.state === 'preparing'); // its first task is over
  await temporalWorkflow('pause', id, '--reason', 'a look at it');
  return { id, vote };
}

/** Its server is not where the CLI looks by itself. */
function unpauseOf(workflowId: string): string {
  return `temporal workflow unpause --workflow-id ${workflowId} --address ${pausing.server.address}`;
}

it('keeps its state, needs attention, and says what to type', async () => {
  const { id, vote } = await pausedTransaction('kept');
  const unpause = unpauseOf(id);
  expect(await dtc.get(id)).toMatchObject({
    status: 'pending',
    state: 'preparing',
    needsAttention: true,
    paused: { reason: 'a look at it', unpause },
  });
  const refused = await dtc.act(id, 'abort');
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining(unpause) as unknown });

  await temporalWorkflow('unpause', id);
  vote.open();
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', needsAttention: false });
  expect(ended).not.toHaveProperty('paused');
});

it('keeps its locks, whoever wants them', async () => {
  const resource = newResource();
  const { id, vote } = await pausedTransaction('locked', resource);
  expect((await unlock(dtc, resource, id)).status).toBe(409);
  const other = {
    participants: [participants.url('other')],
    locks: [exclusive(resource)],
    lockTimeoutMs: 3000,
  };
  expect(await dtc.run(other)).toMatchObject({ status: 'rolledback', reason: { code: 'lockTimeout' } });
  expect(await lockNow(dtc, resource)).toMatchObject({ holders: [{ holder: id }] });

  await temporalWorkflow('unpause', id);
  vote.open();
  await dtc.until(id, d => d.endedAt !== undefined);
  expect(await dtc.run(other)).toMatchObject({ status: 'committed' });
});

it('is in the orphan report, with what to type', async () => {
  const { id, vote } = await pausedTransaction('reported');
  const found = async (): Promise<FindingDocument | undefined> => {
    const swept = await fetch(`${dtc.url}/orphans/sweep`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dryRun: true }),
    });
    const { findings = [] } = (await swept.json()) as Partial<OrphansDocument>;
    return findings.find(({ transactionId }) => transactionId === id);
  };
  expect(await until(found, finding => finding !== undefined)).toMatchObject({
    kind: 'stuck',
    willDo: 'nothing: a person has to',
    why: expect.stringContaining(`paused in Temporal: ${unpauseOf(id)}`) as unknown,
    command: unpauseOf(id),
  });
  await temporalWorkflow('unpause', id);
  vote.open();
  expect(await dtc.until(id, d => d.endedAt !== undefined)).toMatchObject({ status: 'committed' });
});

it('is said of a lock that is paused, at once, and it goes on when it is unpaused', async () => {
  const resource = newResource();
  await lease(dtc, resource, { holder: 'job' });
  await temporalWorkflow('pause', `lock:${resource}`);
  const url = `${dtc.url}/locks/${encodeURIComponent(resource)}`;
  for (const answer of [await fetch(url), await unlock(dtc, resource, 'job')]) {
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(unpauseOf(`lock:${resource}`));
  }
  await temporalWorkflow('unpause', `lock:${resource}`);
  expect((await unlock(dtc, resource, 'job')).status).toBe(204);
});

it('is told to a lock that is paused all the same: its transaction has ended, and it knows when it goes on', async () => {
  const resource = newResource();
  const vote = gate();
  const a = statefulParticipant(participants, 'tells', {
    fault: r => (r.phase === 'prepare' ? { after: vote.passed } : undefined),
  });
  const { id } = await dtc.start({ participants: [a.url], locks: [exclusive(resource)] });
  await eventually(() => participants.requests(id, 'tells', 'prepare').length > 0);
  await temporalWorkflow('pause', `lock:${resource}`);
  vote.open();
  await dtc.client.workflow.getHandle(id).result(); // it closes when every lock has been told
  await temporalWorkflow('unpause', `lock:${resource}`);
  await eventually(async () => (await lockNow(dtc, resource)).holders.length === 0);
});
