/** Issue 12: what a participant holds prepared although its transaction is over is ended as decided, with care. */
import { ended, lastReport, sweep, useSweeps } from './support/sweeps';

const world = useSweeps();

it('tells a participant the decision that it missed, once two sweeps have seen the entry', async () => {
  const { dtc, list, other } = world;
  const payload = { room: 7 };
  const committed = await ended(world, 'committed', { payload });
  const rolledback = await ended(world, 'rolledback');
  list.entries = [{ transactionId: committed, participant: 'p1' }];
  other.entries = [{ transactionId: rolledback, participant: 'p1' }];

  const first = await sweep(dtc);
  expect(first.findings).toMatchObject([
    {
      kind: 'prepared',
      transactionId: committed,
      participant: 'p1',
      where: list.url,
      willDo: 'send commit',
      why: expect.stringContaining('two sweeps') as string,
    },
    { kind: 'prepared', transactionId: rolledback, where: other.url, willDo: 'send rollback' },
  ]);
  expect([...list.sent, ...other.sent]).toEqual([]);

  const second = await sweep(dtc);
  expect(second.findings).toEqual([]);
  expect(second.actions).toMatchObject([
    { action: 'commit', transactionId: committed, participant: 'p1', where: list.url, result: 'done' },
    { action: 'rollback', transactionId: rolledback, where: other.url, result: 'done' },
  ]);
  expect(second.actions[0]?.reason).toContain('the transaction has committed');
  expect(await lastReport(dtc)).toEqual(second);
  const regular = world.participants.requests(committed, 'hotel', 'commit')[0];
  expect(list.sent[0]?.body).toEqual(regular?.body);
  expect(list.sent[0]?.headers).toMatchObject({
    'idempotency-key': `${committed}/p1/commit`,
    'transaction-id': committed,
  });
  expect(other.sent).toMatchObject([{ phase: 'rollback', transactionId: rolledback }]);
});
