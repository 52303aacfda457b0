/**
 * A transaction that was terminated in Temporal is taken up again under its own id, from the state that its run had: at each
 * stage it ends as its history demands, by the participants' own records (I2 to I5, I10).
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { quick } from '../support/quick';
import { faultsOf } from '../support/records';
import {
  type Fault,
  type StatefulParticipant,
  expectAllAsDecided,
  silence,
  statefulParticipant,
} from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { useWorld } from '../support/world';
import { type Stuck, stuckInCommit, stuckInPrepare, stuckInRollback } from './stuck';

const world = useWorld({ limits: quick });
const hasEnded = (d: TransactionDocument): boolean => d.endedAt !== undefined;

/** As an operator does by mistake, and how it is put right; resolves with the run that is gone. */
async function terminateAndRecover(id: string): Promise<string> {
  const { dtc } = world;
  const { runId } = await dtc.client.workflow.getHandle(id).describe();
  await temporalWorkflow('terminate', id, '--reason', 'a slip');
  await dtc.until(id, d => d.state === 'interrupted');
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  return runId;
}

/** The query that docs/OPERATIONS.md links to in the Web UI. */
function linkedQuery(): string {
  const text = readFileSync(join(__dirname, '../../docs/OPERATIONS.md'), 'utf8');
  return decodeURIComponent(/workflows\?query=([^`]+)`/.exec(text)?.[1] ?? '');
}

/** Its new run, and not the one that was ended; visibility lags a little. */
async function untilListedOnce(id: string, query: string): Promise<void> {
  const { workflow } = world.dtc.client;
  const { runId } = await workflow.getHandle(id).describe();
  const list = async (): Promise<string[]> => {
    const runs = [];
    for await (const run of workflow.list({ query: `${query} AND WorkflowId = '${id}'` }))
      runs.push(run.runId);
    return runs;
  };
  const runs = await until(list, seen => seen.includes(runId));
  expect(runs).toEqual([runId]);
}

/** Until it ended, as decided at each participant, and with no request that the promise does not allow. */
async function endsRight({ id, healthy, broken }: Stuck): Promise<TransactionDocument> {
  const document = await world.dtc.until(id, hasEnded);
  expectAllAsDecided(document, [healthy, broken]);
  expect(faultsOf(document, world.participants)).toEqual([]);
  return document;
}

const requests = (id: string, { name }: StatefulParticipant, phase: Phase): number =>
  world.participants.requests(id, name, phase).length;

/** p2 is busy in the round, so that p1's vote is known, and then hangs for as long as the terminating may take. */
async function oneVotedOneHangs(): Promise<Stuck> {
  const { dtc, participants } = world;
  const healthy = statefulParticipant(participants, 'voted');
  const broken = statefulParticipant(participants, 'hangs', {
    fault: r => (r.phase === 'prepare' ? { instead: r.nth === 1 ? 503 : silence } : undefined),
  });
  const all = [healthy.url, { url: broken.url, timeoutMs: 3000 }];
  const { id } = await dtc.start({ participants: all, timeoutMs: 6000 });
  await eventually(() => requests(id, broken, 'prepare') === 2);
  return { id, healthy, broken, mend: () => undefined };
}

it('rolls back one that was preparing, and whoever was being asked once more when no prepare can be on its way', async () => {
  const stuck = await oneVotedOneHangs();
  const from = await terminateAndRecover(stuck.id);
  const document = await endsRight(stuck);
  expect(document).toMatchObject({
    status: 'rolledback',
    reason: { code: 'aborted', detail: 'by recovery: the run was terminated while preparing' },
    recoveries: [{ from, why: 'terminated' }],
    participants: [{ vote: 'yes' }, { state: 'rolledback' }],
  });
  expect(requests(stuck.id, stuck.healthy, 'rollback')).toBe(1);
  expect(requests(stuck.id, stuck.broken, 'rollback')).toBeGreaterThan(1);
  expect(Date.parse(document.endedAt ?? '')).toBeGreaterThan(Date.parse(document.decideBy) + 1000);
});

it('goes on committing where one was down, and tells the others nothing again', async () => {
  const stuck = await stuckInCommit(world);
  await terminateAndRecover(stuck.id);
  const before = await world.dtc.until(stuck.id, d => d.state === 'committing');
  expect(before).toMatchObject({ decision: 'commit', needsAttention: true });
  await untilListedOnce(stuck.id, linkedQuery());
  stuck.mend();
  expect(await endsRight(stuck)).toMatchObject({ status: 'committed', recoveries: [{ why: 'terminated' }] });
  expect(requests(stuck.id, stuck.healthy, 'commit')).toBe(1);
});

it('goes on rolling back one that voted yes', async () => {
  const stuck = await stuckInRollback(world);
  await terminateAndRecover(stuck.id);
  stuck.mend();
  const document = await endsRight(stuck);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p3' } });
});

it('sends the late rollback that a terminated run owed, and does not take its report back', async () => {
  const stuck = await stuckInPrepare(world, 3000);
  await world.dtc.act(stuck.id, 'abort');
  await world.dtc.until(stuck.id, d => d.status === 'rolledback');
  const before = requests(stuck.id, stuck.broken, 'rollback');
  await terminateAndRecover(stuck.id);
  expect(await world.dtc.get(stuck.id)).toMatchObject({ status: 'rolledback', decision: 'rollback' });
  expect(await endsRight(stuck)).toMatchObject({ status: 'rolledback' });
  expect(requests(stuck.id, stuck.broken, 'rollback')).toBe(before + 1);
});

it('keeps what operators did while it needed attention', async () => {
  const stuck = await stuckInCommit(world);
  await world.dtc.act(stuck.id, 'retry');
  await terminateAndRecover(stuck.id);
  const resolve = { participant: 'p2', outcome: 'committed', reason: 'looked' };
  const response = await world.dtc.act(stuck.id, 'resolve', resolve);
  expect(response.status).toBe(200);
  const document = await world.dtc.until(stuck.id, hasEnded);
  expect(document).toMatchObject({
    status: 'committed',
    participants: [{ state: 'committed' }, { state: 'forced' }],
    actions: [{ action: 'retryNow' }, { action: 'resolve', participant: 'p2' }],
  });
});

describe('a provisional commit', () => {
  /** One has committed, the other hangs; taken up again, it does what `then` says. */
  async function takenUp(then: () => Fault | undefined): Promise<Stuck> {
    const { dtc, participants } = world;
    const name = `provisional${randomUUID()}`;
    let fault: () => Fault | undefined = () => ({ instead: silence });
    const healthy = statefulParticipant(participants, `${name}-a`);
    const broken = statefulParticipant(participants, `${name}-b`, {
      fault: r => (r.phase === 'commit' ? fault() : undefined),
    });
    const all = [healthy.url, { url: broken.url, timeoutMs: 10_000 }];
    const { id } = await dtc.start({ participants: all, onCommitFailure: 'rollback', timeoutMs: 20_000 });
    await eventually(() => healthy.holds(id) === 'committed' && requests(id, broken, 'commit') > 0);
    fault = then;
    await terminateAndRecover(id);
    return { id, healthy, broken, mend: () => undefined };
  }

  it('goes on, and is committed where all acknowledge', async () => {
    const stuck = await takenUp(() => undefined);
    expect(await endsRight(stuck)).toMatchObject({ status: 'committed', decision: 'commit' });
  });

  it('is given up where attempts run out after it was taken up again, and says that one had committed', async () => {
    const { id, healthy, broken } = await takenUp(() => ({ instead: 503 }));
    expect(await world.dtc.until(id, hasEnded)).toMatchObject({
      status: 'rolledback',
      heuristic: 'mixed',
      reason: { code: 'commitFailure', participant: 'p2' },
    });
    expect([healthy.holds(id), broken.holds(id)]).toEqual(['committed', 'rolledback']);
  });
});

it('loses nothing when it is terminated a second time', async () => {
  const stuck = await stuckInCommit(world);
  const first = await terminateAndRecover(stuck.id);
  await world.dtc.until(stuck.id, d => d.state === 'committing' && d.needsAttention);
  const second = await terminateAndRecover(stuck.id);
  stuck.mend();
  expect(await endsRight(stuck)).toMatchObject({
    status: 'committed',
    recoveries: [{ from: first }, { from: second }],
  });
});

it('says so in the Web UI', async () => {
  const stuck = await stuckInCommit(world);
  const from = await terminateAndRecover(stuck.id);
  await world.dtc.until(stuck.id, d => d.recoveries !== undefined);
  const shown = await temporalWorkflow('metadata', stuck.id);
  expect(shown).toContain(`run ${from} had been terminated`);
  stuck.mend();
  await endsRight(stuck);
});
