/** Before the decision, abort and `temporal workflow cancel` take effect at once; after it they change nothing (I2). */
import { quick } from '../support/quick';
import { expectAllAsDecided } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInPrepare } from './stuck';

/** A vote is awaited for longer than any test waits: nothing but the abort ends it. */
const world = useWorld({ limits: { ...quick, prepareTimeoutMs: 120_000, transactionTimeoutMs: 300_000 } });
const votesWithinMs = 240_000;

it('gives an awaited vote up at once, and rolls everyone back', async () => {
  const { dtc, participants } = world;
  const { id, healthy, broken } = await stuckInPrepare(world, votesWithinMs);
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  const document = await dtc.until(id, d => d.status === 'rolledback');
  for (const { name } of [healthy, broken])
    expect(participants.phases(id, name)).toEqual(['prepare', 'rollback']);
  expectAllAsDecided(document, [healthy, broken]);
});

it('answers a waiting client as soon as it is aborted', async () => {
  const { dtc } = world;
  const { id } = await stuckInPrepare(world, votesWithinMs);
  const waiting = fetch(`${dtc.url}/transactions/${id}`, { headers: { prefer: 'wait=50' } });
  const began = Date.now();
  await dtc.act(id, 'abort');
  expect(await (await waiting).json()).toMatchObject({ decision: 'rollback' });
  expect(Date.now() - began).toBeLessThan(30_000); // not only when it has waited
});

it('takes workflow cancel for an abort', async () => {
  const { dtc } = world;
  const { id, healthy, broken } = await stuckInPrepare(world, votesWithinMs);
  await temporalWorkflow('cancel', id);
  const document = await dtc.until(id, d => d.status === 'rolledback');
  expect(document).toMatchObject({
    reason: { code: 'aborted', detail: 'by workflow cancel' },
    actions: [{ action: 'abort', by: 'workflow cancel' }],
  });
  expectAllAsDecided(document, [healthy, broken]);
});

it('ignores workflow cancel after the decision, visibly, and goes on to commit', async () => {
  const { dtc } = world;
  const { id, healthy, broken, mend } = await stuckInCommit(world);
  await temporalWorkflow('cancel', id);
  const shown = await dtc.until(id, d => d.actions !== undefined);
  expect(shown).toMatchObject({
    decision: 'commit',
    actions: [{ by: 'workflow cancel', ignored: 'the decision to commit has been taken' }],
  });
  mend();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [healthy, broken]);
  const { status } = await dtc.client.workflow.getHandle(id).describe();
  expect(status.name).toBe('COMPLETED'); // not cancelled: it kept its promise
});
