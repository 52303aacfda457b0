/** An id of ours that the record does not know is reported, never acted on: the missing decision may have been commit. */
import { timedId } from '../../src/protocol/wire/ids';
import { lostId, sweep, useSweeps } from './support/sweeps';

const world = useSweeps();

it('is reported with why and with the commands that settle it, and is never touched', async () => {
  const { dtc, list } = world;
  const id = lostId(dtc);
  list.entries = [{ transactionId: id, participant: 'hotel' }];
  const first = await sweep(dtc);
  const second = await sweep(dtc);
  const third = await sweep(dtc);
  expect(third).toMatchObject({ actions: [], counts: { unknown: 1 } });
  const [finding] = third.findings;
  expect(finding).toMatchObject({
    kind: 'unknown',
    transactionId: id,
    participant: 'hotel',
    where: list.url,
    since: first.sweptAt,
    command: `npm run settle-participant -- "$DECISION" "${list.url}" ${id} hotel --reason "$REASON"`,
  });
  expect(finding?.what).toContain('restored backup');
  expect(finding?.why).toContain('other participants');
  expect(second.findings).toEqual(third.findings);
  expect(list.sent).toEqual([]);
});

it('says of an id that is older than records are kept that it has expired', async () => {
  const { dtc, list } = world;
  list.entries = [{ transactionId: timedId(dtc.tag, Date.now() - 400 * 86_400_000), participant: 'hotel' }];
  const [finding] = (await sweep(dtc)).findings;
  expect(finding).toMatchObject({ kind: 'unknown' });
  expect(finding?.what).toContain('older than Temporal keeps records');
});
