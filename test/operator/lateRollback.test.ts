/**
 * I4, I12: after a rollback of somebody who went silent in prepare, a transaction goes on, and keeps its locks, until a late prepare is
 * out of the question. Whoever looks is told until when and why, with and without a worker, and `timeoutMs` says how long that is.
 */
import { lockNow, newResource, exclusive } from '../locks/support';
import { statefulParticipant, silence } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { useWorld } from '../support/world';

const prepareTimeoutMs = 1500;
const world = useWorld({ own: true, limits: { prepareTimeoutMs } });

async function abortedWhileOneHangs(
  timeoutMs: number,
): Promise<{ id: string; resource: string; quietAt: string }> {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, `a${timeoutMs}`);
  const hangs = statefulParticipant(participants, `hangs${timeoutMs}`, {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : undefined),
  });
  const resource = newResource();
  const asked = { participants: [a.url, hangs.url], locks: [exclusive(resource)], timeoutMs };
  const { id, decideBy } = await dtc.start(asked);
  await dtc.until(id, d => d.state === 'preparing');
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  const quietAt = new Date(Date.parse(decideBy) + prepareTimeoutMs + 1000).toISOString();
  return { id, resource, quietAt };
}

it('says until when it goes on, and its locks are held, and why', async () => {
  const { dtc } = world;
  const { id, resource, quietAt } = await abortedWhileOneHangs(5000);
  const why = expect.stringMatching(
    /prepare went unanswered.*may arrive late.*locks are held until/,
  ) as string;
  const lateRollback = { at: quietAt, participants: ['p2'], why };
  const told = await dtc.until(id, d => d.status === 'rolledback');
  expect(told).toMatchObject({ state: 'rollingBack', lateRollback, locks: [{ state: 'held' }] });
  const retried = await dtc.act(id, 'retry');
  expect([retried.status, await retried.json()]).toMatchObject([
    409,
    { detail: `nothing waits for a retry: one more rollback is due at ${quietAt}, and not before` },
  ]);
  const shortened = quietAt.slice(0, 19).replace('T', ' ');
  expect(await temporalWorkflow('metadata', id)).toMatch(
    `Goes on until ${shortened} UTC at least: a prepare`,
  );
  expect(await lockNow(dtc, resource)).toMatchObject({ holders: [{ holder: id, transaction: 'running' }] });

  await dtc.stopWorker();
  expect(await dtc.get(id)).toMatchObject({ state: 'rollingBack', lateRollback });
  await dtc.startWorker();

  const ended = await dtc.until(id, d => d.locks?.[0]?.state === 'released');
  expect(ended).not.toHaveProperty('lateRollback');
  expect(Date.parse(ended.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(quietAt));
});

it('is over the sooner the less time the client gave', async () => {
  const { dtc } = world;
  const { id, quietAt } = await abortedWhileOneHangs(2000);
  const { createdAt } = await dtc.get(id);
  expect(Date.parse(quietAt) - Date.parse(createdAt)).toBe(2000 + prepareTimeoutMs + 1000);
  const told = await dtc.until(id, d => d.lateRollback !== undefined);
  expect(told.lateRollback).toMatchObject({ at: quietAt });
  await dtc.until(id, d => d.endedAt !== undefined);
});

it('is said of nobody who answered prepare', async () => {
  const { dtc, participants } = world;
  participants.on('no', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
  participants.on('slow', ({ phase }) => (phase === 'rollback' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('no'), participants.url('slow')]);
  expect(await dtc.until(id, d => d.state === 'rollingBack')).not.toHaveProperty('lateRollback');
  participants.on('slow', () => undefined);
  await dtc.until(id, d => d.endedAt !== undefined);
});
