/**
 * PROTOCOL §3: a workflow whose tasks keep failing, for whatever reason, needs attention, and says with which error and what to do; it
 * goes on by itself once a worker can. The workflow itself cannot know, and Temporal refuses to ask it.
 */
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { newResource, postLock } from '../locks/support';
import { type PlantedChange, bundleWith } from '../replay/bundles';
import { quick } from '../support/quick';
import { useWorld } from '../support/world';

const world = useWorld({
  own: true,
  limits: { ...quick, transactionTimeoutMs: 120_000 },
  sweeps: true,
  env: { DTC_COORDINATOR_ID: 'stalled', DTC_STUCK_AFTER_MS: '1' },
});

const payload = { secret: 'of nobody else' };

/** Another program's worker, or one of a version that cannot run it, has the task queue for itself. */
async function withWorkerThat<T>(change: PlantedChange, work: () => Promise<T>): Promise<T> {
  await world.dtc.stopWorker();
  await world.dtc.startWorker(bundleWith(change));
  try {
    return await work();
  } finally {
    await world.dtc.stopWorker();
    await world.dtc.startWorker();
  }
}

async function start(name: string): Promise<string> {
  const { dtc, participants } = world;
  return (await dtc.start({ participants: [{ url: participants.url(name), name, payload }] })).id;
}

/** The server of the tests is not where the CLI looks by itself. */
const where = ` --address ${String(process.env['TEST_TEMPORAL_ADDRESS'])}`;

const knowsNone = { what: 'knows no transaction', replace: 'exports, "transaction"', by: 'exports, "order"' };

it('needs attention, with whose worker failed and what to do, and is in the orphan report', async () => {
  const { dtc } = world;
  const id = await withWorkerThat(knowsNone, async () => {
    const begun = await start('a');
    const stalled = await dtc.until(begun, d => d.needsAttention);
    expect(stalled).toMatchObject({
      status: 'pending',
      state: 'preparing',
      stalled: {
        tries: expect.any(Number) as unknown,
        by: expect.stringContaining(`${String(process.pid)}@`) as unknown,
        error: {
          code: 'failed',
          message: expect.stringContaining("workflow of type 'transaction'") as unknown,
        },
        whatToDo: expect.stringMatching(
          new RegExp(
            `task queue "${dtc.taskQueue}".*; temporal workflow show --workflow-id ${begun}${where}$`,
          ),
        ) as unknown,
      },
    });
    const refused = await dtc.act(begun, 'abort');
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      detail: expect.stringContaining('keep failing') as unknown,
    });

    const swept = await fetch(`${dtc.url}/orphans/sweep`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dryRun: true }),
    });
    const { findings } = (await swept.json()) as OrphansDocument;
    expect(findings.find(each => each.transactionId === begun)).toMatchObject({
      kind: 'stuck',
      what: 'needs attention, preparing',
      willDo: 'nothing: a person has to',
      why: expect.stringMatching(new RegExp(`its workflow tasks keep failing.*${begun}${where}$`)) as unknown,
    });
    return begun;
  });
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', needsAttention: false });
  expect(ended).not.toHaveProperty('stalled');
});

const fails = {
  what: 'every workflow task',
  replace: 'function reconcile() {',
  by: `function reconcile() {
         const named = JSON.stringify(core.wanted());
         if (named.includes('parser')) JSON.parse('of nobody else');
         if (named.includes('dump')) throw new Error('at {"secret":"of nobody else"}');
         if (named.includes('unregistered')) {
           const api = __webpack_require__("./node_modules/@temporalio/workflow/lib/index.js");
           api.upsertSearchAttributes({ NoSuchAttribute: ['x'] });
           return;
         }
         throw new Error('I2 broken: the decision changed');`,
};

it('says what went wrong, also of a lock, and nothing of payloads', async () => {
  const { dtc } = world;
  const resource = newResource();
  await withWorkerThat(fails, async () => {
    const ids = await Promise.all(['invariant', 'parser', 'dump', 'unregistered'].map(start));
    const [locked] = await Promise.all([
      postLock(dtc, { resource, holder: 'job', ttlMs: 1000, waitMs: 7000 }),
      ...ids.map(id => dtc.until(id, d => d.stalled !== undefined)),
    ]);
    const messages: unknown[] = [];
    for (const id of ids) {
      const { stalled } = await dtc.get(id);
      expect(JSON.stringify(stalled)).not.toContain('nobody else');
      messages.push(stalled?.error);
    }
    expect(messages).toEqual([
      { code: 'failed', message: 'Error: I2 broken: the decision changed' },
      { code: 'failed', message: 'Error: what it read is not valid JSON' },
      { code: 'failed', message: 'Error: at' },
      { code: 'refused', message: expect.stringContaining('search attribute NoSuchAttribute') as unknown },
    ]);
    expect(locked.status).toBe(503);
    expect(await locked.json()).toMatchObject({
      detail: expect.stringContaining('Error: I2 broken') as unknown,
    });
  });
});
