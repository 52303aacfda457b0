/** 10,000 entries in a participant's list: bounded memory, paging, no more than the capped number of actions. */
import { until } from '../support/until';
import { ended, lostId, sweep, useSweeps } from './support/sweeps';

const world = useSweeps({ env: { DTC_SWEEP_MAX_ACTIONS: '5' }, limits: { completionTimeoutMs: 10_000 } });
const entries = 10_000;
const decided = 20;

it('compares each with the coordinator, acts on as many as the cap allows, and keeps a bounded report', async () => {
  const { dtc, list } = world;
  const ids: string[] = [];
  while (ids.length < decided) ids.push(await ended(world, 'committed'));
  const lost = Array.from({ length: entries - decided }, () => lostId(dtc));
  list.entries = [...lost, ...ids].map(transactionId => ({ transactionId, participant: 'p1' }));

  const began = Date.now();
  const first = await reported(first => first.counts.entries === entries);
  console.log(`${entries} entries were compared in ${Date.now() - began} ms`);
  expect(first.counts).toMatchObject({ entries, prepared: decided, unknown: entries - decided, actions: 0 });
  expect(first.findings).toHaveLength(1000 + decided);
  expect(list.asked).toBe(entries / 200);

  const second = await reported(({ sweptAt }) => sweptAt !== first.sweptAt);
  expect(second.actions.map(({ transactionId }) => transactionId)).toEqual(ids.slice(0, 5));
  expect(list.sent).toHaveLength(5);
  expect(list.entries).toHaveLength(entries - 5);
}, 300_000);

type Report = Awaited<ReturnType<typeof sweep>>;

/** A sweep that takes longer than is waited for answers `202`: its report comes later. */
async function reported(reached: (report: Report) => boolean): Promise<Report> {
  const { url } = world.dtc;
  const asked = await sweep(world.dtc).catch(() => undefined);
  if (asked !== undefined) return asked;
  const look = async (): Promise<Report> => (await (await fetch(`${url}/orphans`)).json()) as Report;
  const isThere = (report: Report): boolean => report.sweptAt !== undefined && reached(report);
  return until(look, isThere, { withinMs: 300_000, everyMs: 200 });
}
