/**
 * Not only who is terminated. A run that timed out or failed in Temporal, by somebody's script or by a bug, is found,
 * shown as interrupted and taken up again; one that cannot be replayed is a finding with what to do.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { settlingMs } from '../../src/protocol/orphans/plan';
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { timedId } from '../../src/protocol/wire/ids';
import { type PlantedChange, bundleWith } from '../replay/bundles';
import {
  type StatefulParticipant,
  expectAllAsDecided,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { sweep, useSweeps } from './support/sweeps';

const world = useSweeps();
const hasEnded = (d: TransactionDocument): boolean => d.endedAt !== undefined;

/** It is down in one phase until it is mended. */
function downIn(phase: 'prepare' | 'commit'): StatefulParticipant & { mend(): void } {
  let up = false;
  const name = `down-${phase}-${Math.random().toString(36).slice(2)}`;
  const one = statefulParticipant(world.participants, name, {
    fault: r => (r.phase === phase && !up ? { instead: 503 } : undefined),
  });
  return { ...one, mend: () => void (up = true) };
}

async function untilStatus(id: string, status: string): Promise<void> {
  const handle = world.dtc.client.workflow.getHandle(id);
  await eventually(async () => (await handle.describe()).status.name === status);
}

/** As soon as a sweep takes it up, or tries to. */
async function sweepOnceSettled(id: string): Promise<OrphansDocument> {
  const { closeTime } = await world.dtc.client.workflow.getHandle(id).describe();
  await eventually(() => Date.now() > (closeTime?.getTime() ?? 0) + settlingMs);
  return sweep(world.dtc);
}

/** What a script with the client does: the same workflow and input as the coordinator's, and a timeout. */
async function startWithTimeout(url: string): Promise<string> {
  const { dtc } = world;
  const like = dtc.client.workflow.getHandle((await dtc.start([url])).id);
  const { memo = {} } = await like.describe();
  const { events } = await like.fetchHistory();
  await like.terminate();
  const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (input === undefined) throw new Error('no input');
  const id = timedId(dtc.tag, Date.now());
  await dtc.client.workflow.start('transaction', {
    workflowId: id,
    taskQueue: dtc.taskQueue,
    args: [defaultPayloadConverter.fromPayload(input)],
    memo,
    workflowExecutionTimeout: '1s',
  });
  return id;
}

it('takes up one that timed out while it was committing', async () => {
  const { dtc } = world;
  const one = downIn('commit');
  const id = await startWithTimeout(one.url);
  await dtc.until(id, d => d.decision === 'commit');
  await untilStatus(id, 'TIMED_OUT');
  expect(await dtc.get(id)).toMatchObject({ state: 'interrupted', needsAttention: true });
  one.mend();
  const { actions } = await sweepOnceSettled(id);
  expect(actions).toContainEqual(
    expect.objectContaining({ action: 'recover', transactionId: id, result: 'done' }),
  );
  const document = await dtc.until(id, hasEnded);
  expect(document).toMatchObject({ status: 'committed', recoveries: [{ why: 'timed out' }] });
  expectAllAsDecided(document, [one]);
});

describe('a run that failed by a bug of the workflow', () => {
  const bug: PlantedChange = {
    what: 'a first run that fails once commit was tried in vain',
    replace: 'heard.hear({ event,',
    by: `if (input.version !== 2 && state().stage === 'committing' && event.type === 'callsEnded')
         throw workflow_1.ApplicationFailure.nonRetryable('a bug');
       heard.hear({ event,`,
  };

  async function failed(): Promise<{ id: string; one: ReturnType<typeof downIn> }> {
    const { dtc } = world;
    const one = downIn('commit');
    const { id } = await dtc.start([one.url]);
    await untilStatus(id, 'FAILED');
    expect(await dtc.get(id)).toMatchObject({ state: 'interrupted', needsAttention: true });
    one.mend();
    return { id, one };
  }

  beforeEach(async () => {
    await world.dtc.stopWorker();
    await world.dtc.startWorker(bundleWith(bug));
  });

  it('is taken up by the worker that can replay it', async () => {
    const { dtc } = world;
    const { id, one } = await failed();
    const { actions } = await sweepOnceSettled(id);
    expect(actions).toMatchObject([{ action: 'recover', transactionId: id, result: 'done' }]);
    const document = await dtc.until(id, hasEnded);
    expect(document).toMatchObject({ status: 'committed', recoveries: [{ why: 'failed' }] });
    expectAllAsDecided(document, [one]);
  });

  it('is a finding with what to do where the worker cannot, and nothing is started', async () => {
    const { dtc } = world;
    const { id } = await failed();
    const { runId } = await dtc.client.workflow.getHandle(id).describe();
    await dtc.stopWorker();
    await dtc.startWorker();
    const { actions, findings } = await sweepOnceSettled(id);
    expect(actions).toEqual([]);
    expect(findings).toMatchObject([
      { kind: 'interrupted', transactionId: id, willDo: 'nothing: a person has to' },
    ]);
    expect(findings[0]?.why).toContain(`--workflow-id ${id} --run-id ${runId}`);
    expect(findings[0]?.command).toContain(`temporal workflow show --workflow-id ${id}`);
    expect((await dtc.client.workflow.getHandle(id).describe()).runId).toBe(runId);
  });
});
