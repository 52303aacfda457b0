/** A cap on actions per sweep, beyond which it stops and reports; what fails does not keep the others waiting. */
import { ended, sweep, useSweeps } from './support/sweeps';

const world = useSweeps({ env: { DTC_SWEEP_MAX_ACTIONS: '2' } });

it('does no more than the cap in one sweep, says so, and goes on in the next', async () => {
  const { dtc, list } = world;
  const ids = [
    await ended(world, 'committed'),
    await ended(world, 'committed'),
    await ended(world, 'committed'),
  ];
  list.entries = ids.map(transactionId => ({ transactionId, participant: 'p1' }));
  await sweep(dtc);
  const second = await sweep(dtc);
  expect([second.actions.length, list.sent.length]).toEqual([2, 2]);
  expect(second.findings).toMatchObject([
    { kind: 'prepared', transactionId: ids[2], why: expect.stringContaining('its cap') as string },
  ]);
  expect((await sweep(dtc)).actions).toMatchObject([{ transactionId: ids[2] }]);
});

it('tries first what it has not tried in vain', async () => {
  const { dtc, list, other } = world;
  const ids = [
    await ended(world, 'committed'),
    await ended(world, 'committed'),
    await ended(world, 'committed'),
  ];
  list.status = 500;
  list.entries = ids.slice(0, 2).map(transactionId => ({ transactionId, participant: 'p1' }));
  other.entries = ids.slice(2).map(transactionId => ({ transactionId, participant: 'p1' }));
  await sweep(dtc);
  expect((await sweep(dtc)).actions.map(({ result }) => result)).toEqual(['answered 500', 'answered 500']);
  const third = await sweep(dtc);
  expect(third.actions.find(({ transactionId }) => transactionId === ids[2])?.result).toBe('done');
});
