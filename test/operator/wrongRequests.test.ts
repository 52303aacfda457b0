/** What does not apply answers why, to HTTP (409, 400) and to updates alike; a repeat of what took effect is 200, for ever. */
import { quick } from '../support/quick';
import { update } from '../support/temporalCli';
import { useWorld } from '../support/world';
import { type Stuck, stuckInCommit, stuckInPrepare, stuckInRollback } from './stuck';

const world = useWorld({ limits: quick });
const resolve = { participant: 'p2', outcome: 'committed', reason: 'looked' };
const conflict = 'the decision to commit has been taken';

/** Both ways refuse, with the same words. */
async function expectConflict(
  { id }: Stuck,
  verb: 'abort' | 'resolve',
  { body = {}, why }: { body?: object; why: string },
): Promise<void> {
  const response = await world.dtc.act(id, verb, body);
  expect(response.status).toBe(409);
  expect(response.headers.get('content-type')).toMatch('application/problem+json');
  expect(await response.json()).toMatchObject({ status: 409, detail: why });
  expect((await update(id, verb, { ...body, by: 'ann' })).refusal).toContain(why);
}

it('refuses to abort what is decided', async () => {
  await expectConflict(await stuckInCommit(world), 'abort', { why: conflict });
  const rolledBack = { why: 'the decision to rollback has been taken' };
  await expectConflict(await stuckInRollback(world), 'abort', rolledBack);
});

it('refuses to resolve before a decision, an unknown participant, and one that is not waited for', async () => {
  const undecided = await stuckInPrepare(world);
  await expectConflict(undecided, 'resolve', {
    body: resolve,
    why: 'nothing is decided yet: abort it instead',
  });
  const stuck = await stuckInCommit(world);
  const nobody = { ...resolve, participant: 'p9' };
  await expectConflict(stuck, 'resolve', {
    body: nobody,
    why: 'there is no participant named "p9", but p1, p2',
  });
  const settled = { ...resolve, participant: 'p1' };
  await expectConflict(stuck, 'resolve', { body: settled, why: 'phase two is not waiting for "p1"' });
});

it('leaves no trace of what it refused, and the transaction as it was', async () => {
  const { id, mend } = await stuckInCommit(world);
  await world.dtc.act(id, 'abort');
  await update(id, 'abort');
  mend();
  const document = await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expect(document).not.toHaveProperty('actions');
});

it.each([
  [
    'an unknown outcome',
    { ...resolve, outcome: 'done' },
    'resolve needs "outcome": "committed", "rolledback" or "unknown", not "done"',
  ],
  ['no reason', { participant: 'p2', outcome: 'committed' }, 'resolve needs "by" and "reason"'],
  ['an unknown field', { ...resolve, by: 'somebody else' }, undefined],
])('answers 400 to %s, and names it, and to an update the same', async (_what, body, why) => {
  const { id } = await stuckInCommit(world);
  const response = await world.dtc.act(id, 'resolve', body);
  expect(response.status).toBe(400);
  const problem = (await response.json()) as { errors: { pointer: string }[] };
  expect(problem.errors).toHaveLength(1);
  if (why !== undefined) expect((await update(id, 'resolve', { ...body, by: 'ann' })).refusal).toContain(why);
});

it('answers 200 to the repeat of a resolve, and 409 to another, before and after the end', async () => {
  const { dtc } = world;
  const { id } = await stuckInCommit(world);
  const again = { ...resolve, reason: 'asked once more' };
  const other = { ...resolve, outcome: 'rolledback' };
  expect((await dtc.act(id, 'resolve', resolve)).status).toBe(200);
  expect((await dtc.act(id, 'resolve', again)).status).toBe(200);
  expect((await dtc.act(id, 'resolve', other)).status).toBe(409);
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  const repeated = await dtc.act(id, 'resolve', again);
  expect(repeated.status).toBe(200);
  expect(await repeated.json()).toEqual(ended); // the first word stands
  const refused = await dtc.act(id, 'resolve', other);
  expect(refused.status).toBe(409);
  const at = String(ended.participants[1]?.forced?.at);
  expect(await refused.json()).toMatchObject({
    detail: `the transaction has ended committed; "p2" was resolved as committed by anonymous at ${at}`,
  });
  const why = async (participant: string): Promise<unknown> =>
    ((await (await dtc.act(id, 'resolve', { ...other, participant })).json()) as { detail: unknown }).detail;
  expect(await why('p1')).toBe('the transaction has ended committed; "p1" is committed');
  expect(await why('p9')).toBe(
    'the transaction has ended committed; there is no participant named "p9", but p1, p2',
  );
  expect((await dtc.act(id, 'abort')).status).toBe(409);
  expect((await dtc.act(id, 'retry')).status).toBe(409);
});

it('answers 200 to the repeat of an abort and of a retry after the end', async () => {
  const { dtc } = world;
  const aborted = await stuckInPrepare(world, 2500);
  for (let n = 0; n < 2; n += 1) expect((await dtc.act(aborted.id, 'abort')).status).toBe(200);
  await dtc.until(aborted.id, d => d.endedAt !== undefined);
  expect((await dtc.act(aborted.id, 'abort')).status).toBe(200);

  const retried = await stuckInCommit(world);
  expect((await dtc.act(retried.id, 'retry')).status).toBe(200);
  retried.mend();
  await dtc.until(retried.id, d => d.endedAt !== undefined);
  expect((await dtc.act(retried.id, 'retry')).status).toBe(200);
});

it('answers 404 for a transaction that there is not', async () => {
  for (const verb of ['abort', 'retry'] as const)
    expect((await world.dtc.act(`${world.dtc.tag}k${'0'.repeat(40)}`, verb)).status).toBe(404);
});
