/** What a participant holds prepared although its transaction is over is ended as decided, with care. */
import { exclusive, newResource } from '../locks/support';
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

it('sends the fencing tokens again that the transaction sent', async () => {
  const { dtc, list, participants } = world;
  const locks = [exclusive(newResource('b')), exclusive(newResource('a'))];
  const { id } = await dtc.run({ participants: [participants.url('hotel')], locks });
  await dtc.client.workflow.getHandle(id).result();
  list.entries = [{ transactionId: id, participant: 'p1' }];
  await sweep(dtc);
  expect((await sweep(dtc)).actions).toMatchObject([{ action: 'commit', transactionId: id, result: 'done' }]);
  const regular = participants.requests(id, 'hotel', 'commit')[0];
  expect(regular?.body['locks']).toHaveLength(2);
  expect(list.sent[0]?.body).toEqual(regular?.body);
});

describe('nothing is touched', () => {
  it('on a first sight, nor by a dry run, which says what it would do', async () => {
    const { dtc, list } = world;
    const id = await ended(world, 'committed');
    list.entries = [{ transactionId: id, participant: 'p1' }];
    await sweep(dtc);
    const dry = await sweep(dtc, true);
    expect(dry).toMatchObject({ dryRun: true, actions: [], findings: [{ willDo: 'would send commit' }] });
    expect(list.sent).toEqual([]);
    expect((await sweep(dtc)).actions).toHaveLength(1);
  });

  it('that has left the list when it is looked at right before acting', async () => {
    const { dtc, list } = world;
    const id = await ended(world, 'committed');
    list.entries = [{ transactionId: id, participant: 'p1' }];
    await sweep(dtc);
    list.asked = 0;
    list.answer = (response, nth) => {
      const prepared = nth === 1 ? list.entries : [];
      response.end(JSON.stringify({ prepared }));
    };
    expect(await sweep(dtc)).toMatchObject({ actions: [], findings: [] });
    expect([list.asked, list.sent]).toEqual([2, []]);
  });

  it('that was gone in between: it counts as seen anew', async () => {
    const { dtc, list } = world;
    const id = await ended(world, 'committed');
    const entry = { transactionId: id, participant: 'p1' };
    for (const entries of [[entry], [], [entry]]) {
      list.entries = entries;
      await sweep(dtc);
    }
    expect(list.sent).toEqual([]);
    expect((await sweep(dtc)).actions).toHaveLength(1);
  });

  it('of a transaction that runs', async () => {
    const { dtc, list, participants } = world;
    participants.on('slow', ({ phase }) => (phase === 'commit' ? 503 : 200));
    const { id } = await dtc.start([participants.url('slow')]);
    await dtc.until(id, ({ state }) => state === 'committing');
    list.entries = [{ transactionId: id, participant: 'p1' }];
    for (const _ of [1, 2, 3])
      expect(await sweep(dtc)).toMatchObject({ actions: [], counts: { running: 1 } });
    expect(list.sent).toEqual([]);
    await dtc.act(id, 'resolve', { participant: 'p1', outcome: 'committed', reason: 'the test is over' });
  });

  it('of another coordinator, nor what is no id at all: it is counted and not reported', async () => {
    const { dtc, list } = world;
    const foreign = ['othert019f7d3f2a5b7c3d8e4f5a6b7c8d9e0f', `${dtc.tag}x1`, 'order-4711'];
    list.entries = foreign.map(transactionId => ({ transactionId, participant: 'p1' }));
    for (const _ of [1, 2, 3])
      expect(await sweep(dtc)).toMatchObject({
        actions: [],
        findings: [],
        counts: { entries: 3, foreign: 3, unknown: 0 },
      });
    expect(list.sent).toEqual([]);
  });

  it('under a name that the transaction does not have', async () => {
    const { dtc, list } = world;
    const id = await ended(world, 'committed');
    list.entries = [{ transactionId: id, participant: 'somebody' }];
    await sweep(dtc);
    const [finding] = (await sweep(dtc)).findings;
    expect(finding).toMatchObject({
      kind: 'prepared',
      willDo: expect.stringContaining('a person') as string,
    });
    expect(finding?.why).toContain('no participant of this name');
    expect(list.sent).toEqual([]);
  });

  it('that an operator has settled otherwise than decided: that may have been made good elsewhere', async () => {
    const { dtc, list, participants } = world;
    participants.on('gone', ({ phase }) => (phase === 'commit' ? 503 : 200));
    const { id } = await dtc.start([participants.url('gone')]);
    await dtc.until(id, ({ state }) => state === 'committing');
    await dtc.act(id, 'resolve', { participant: 'p1', outcome: 'rolledback', reason: 'booked by phone' });
    await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
    list.entries = [{ transactionId: id, participant: 'p1' }];
    await sweep(dtc);
    const [finding] = (await sweep(dtc)).findings;
    expect(finding).toMatchObject({ kind: 'prepared', command: expect.stringContaining(id) as string });
    expect(finding?.why).toMatch(/an operator.*rolledback by anonymous.*booked by phone/);
    expect(list.sent).toEqual([]);
  });
});

it('says what came instead of an acknowledgement, and tries again in the next sweep', async () => {
  const { dtc, list } = world;
  const id = await ended(world, 'committed');
  list.entries = [{ transactionId: id, participant: 'p1' }];
  list.status = 503;
  await sweep(dtc);
  const failed = await sweep(dtc);
  expect(failed.actions).toMatchObject([{ action: 'commit', result: 'answered 503' }]);
  expect(failed.findings).toMatchObject([
    { kind: 'prepared', willDo: 'send commit', why: expect.stringContaining('answered 503') as string },
  ]);
  list.status = 200;
  expect((await sweep(dtc)).actions).toMatchObject([{ result: 'done' }]);
});

it('harms nothing when two sweep at once: the same request comes twice', async () => {
  const { dtc, list } = world;
  const id = await ended(world, 'committed');
  list.entries = [{ transactionId: id, participant: 'p1' }];
  await sweep(dtc);
  await Promise.all([sweep(dtc), sweep(dtc)]);
  expect(list.entries).toEqual([]);
  expect(
    new Set(list.sent.map(({ phase, headers }) => `${phase} ${String(headers['idempotency-key'])}`)),
  ).toEqual(new Set([`commit ${id}/p1/commit`]));
  expect((await sweep(dtc)).findings).toEqual([]);
});
