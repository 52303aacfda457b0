/** A sweep that takes longer than a request may: it is answered by where it goes on, and its report is there once it has ended. */
import { createClient } from '../../src/client';
import { eventually } from '../support/until';
import { lastReport, lostId, useSweeps } from './support/sweeps';

const world = useSweeps({ limits: { completionTimeoutMs: 10_000 } });
const pageTakesMs = 2_000;

it('answers with its workflow, which goes on, and whose report is the last one then', async () => {
  const { dtc, list } = world;
  const transactionId = lostId(dtc);
  let isEnough = false;
  list.answer = (response, nth) => {
    setTimeout(() => {
      const prepared = nth === 1 ? [{ transactionId, participant: 'p1' }] : [];
      response.end(JSON.stringify({ prepared, ...(isEnough ? {} : { next: String(nth) }) }));
    }, pageTakesMs);
  };
  const answer = await createClient({ url: dtc.url }).sweep({ dryRun: true });
  if (!('workflowId' in answer)) throw new Error('the sweep has ended');
  expect(answer).toEqual({
    workflowId: expect.stringMatching(`^orphan-sweep-${dtc.tag}-asked-`) as string,
    report: '/orphans',
  });
  const sweeping = dtc.client.workflow.getHandle(answer.workflowId);
  expect((await sweeping.describe()).status.name).toBe('RUNNING');
  expect(await lastReport(dtc)).toEqual({ findings: [], counts: {}, actions: [] });
  isEnough = true;
  await sweeping.result();
  await eventually(async () => (await lastReport(dtc)).sweptAt !== undefined);
  expect(await lastReport(dtc)).toMatchObject({
    dryRun: true,
    findings: [{ kind: 'unknown', transactionId, where: list.url }],
  });
});
