/**
 * A version of before heard a thousand messages of a transaction and ignored the rest (`workflows/transaction/listen.ts`): here three. What
 * it ignored stays ignored in every replay, and what comes now takes effect, as is foretold of it.
 */
import { createClient } from '../../src/client';
import { bundleWith } from '../replay/bundles';
import { quick } from '../support/quick';
import { useWorld } from '../support/world';
import { stuckInCommit } from './stuck';

const few = { what: 'three are many', replace: 'heardBefore = 1000', by: 'heardBefore = 3' };
const before = {
  what: 'the version of before',
  replace: "(0, workflow_1.patched)('messagesWithoutEnd')",
  by: 'false',
};

const world = useWorld({ own: true, limits: quick, maxCachedWorkflows: 0 });
const client = (): ReturnType<typeof createClient> => createClient({ url: world.dtc.url });

it('a message that comes after too many of before is foretold as it is carried out', async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  await dtc.startWorker(bundleWith(few, before));
  const { id } = await stuckInCommit(world);
  const handle = dtc.client.workflow.getHandle(id);
  for (const by of ['a', 'b', 'c', 'd']) {
    await handle.signal('retryNow', { by });
    await dtc.until(id, ({ actions }) => actions?.at(-1)?.by === by);
  }
  expect((await dtc.get(id)).actions?.at(-1)).toMatchObject({
    by: 'd',
    ignored: expect.stringContaining('more than 3') as string,
  });
  await dtc.stopWorker();

  await dtc.startWorker(bundleWith(few));
  const resolution = { participant: 'p2', outcome: 'committed', reason: 'seen' } as const;
  expect((await client().previewRetry(id)).follows).toMatchObject({ decision: 'commit', ends: false });
  expect((await client().previewResolve(id, resolution)).follows).toMatchObject({ ends: true });
  await handle.signal('retryNow', { by: 'e' });
  const { actions: heard } = await dtc.until(id, ({ actions }) => actions?.at(-1)?.by === 'e');
  expect(heard?.map(({ by, ignored }) => [by, ignored !== undefined])).toEqual([
    ...[
      ['a', false],
      ['b', false],
      ['c', false],
    ],
    ...[
      ['d', true],
      ['e', false],
    ],
  ]);
  await client().resolve(id, resolution);
  const { actions } = await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
  expect(actions?.at(-1)).not.toHaveProperty('ignored');
});
