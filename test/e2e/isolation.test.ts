/** PROTOCOL I9: what one participant's trouble costs another of the same transaction. */
import { hang } from '../support/participants';
import { faultsOf } from '../support/records';
import { useWorld } from '../support/world';

const timeoutMs = 2000;
const world = useWorld({ limits: { completionTimeoutMs: timeoutMs } });

it('lets one that needs three tries commit while another hangs for two requests', async () => {
  const { dtc, participants } = world;
  participants.on('hangs', r => (r.phase === 'commit' && r.nth < 3 ? hang : undefined));
  participants.on('stumbles', r => (r.phase === 'commit' && r.nth < 3 ? 500 : undefined));
  const { id } = await dtc.start(['hangs', 'stumbles'].map(name => participants.url(name)));
  const halfWay = await dtc.until(id, d => d.participants[1]?.state === 'committed');
  expect(halfWay).toMatchObject({ state: 'committing', participants: [{ state: 'committing' }, {}] });

  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(faultsOf(ended, participants)).toEqual([]);
  const [hanging, stumbling] = ['hangs', 'stumbles'].map(name => participants.requests(id, name, 'commit'));
  expect([hanging?.length, stumbling?.length]).toEqual([3, 3]);
  const began = hanging?.[0]?.at ?? Number.NaN;
  expect(stumbling?.[2]?.at).toBeLessThan(hanging?.[2]?.at ?? 0);
  expect((hanging?.[2]?.at ?? Number.NaN) - began).toBeGreaterThanOrEqual(2 * timeoutMs);
});
