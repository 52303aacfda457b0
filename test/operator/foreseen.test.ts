/** What is foretold of an action is what comes of it, and foretelling does nothing (PROTOCOL §3, `dryRun`), on a real Temporal server. */
import { StateChanged, createClient } from '../../src/client';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { quick } from '../support/quick';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInPrepare } from './stuck';

const world = useWorld({ limits: quick });
const client = (): ReturnType<typeof createClient> => createClient({ url: world.dtc.url });

/** Without what comes and goes, and when it was. */
function essence(document: TransactionDocument): object {
  const { decidedAt: _decided, etag: _etag, actions = [], participants, ...rest } = document;
  return {
    ...rest,
    actions: actions.map(({ at: _at, ...said }) => said),
    participants: participants.map(({ attempts: _a, lastError: _l, nextAttemptAt: _n, forced, ...p }) => ({
      ...p,
      forced: forced?.outcome,
    })),
  };
}

const resolution = (outcome: 'committed' | 'rolledback' | 'unknown') => {
  return { participant: 'p2', outcome, reason: 'gone for good' } as const;
};

it.each([
  ['committed', undefined, []],
  ['rolledback', 'mixed', ['p2']],
  ['unknown', 'hazard', ['p2']],
] as const)('resolving as %s leaves what it was said to leave', async (outcome, heuristic, inconsistent) => {
  const lock = `foreseen-${outcome}`;
  const { id } = await stuckInCommit(world, { request: { locks: [{ resource: lock, mode: 'exclusive' }] } });
  const foreseen = await client().previewResolve(id, resolution(outcome));
  expect(foreseen.follows).toEqual({
    ...{ decision: 'commit', inconsistent, locksFree: [lock], ends: true },
    ...(heuristic === undefined ? {} : { heuristic }),
  });
  const untouched = await client().get(id);
  expect(untouched).toMatchObject({ state: 'committing', needsAttention: true });
  expect(untouched).not.toHaveProperty('actions');
  const done = await client().resolve(id, resolution(outcome), { ifMatch: untouched.etag });
  expect(essence(done)).toEqual(essence(foreseen.document));
  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  const named = ended.participants.flatMap(p => (p.heuristic === undefined ? [] : [p.name]));
  expect([ended.decision, ended.heuristic, named]).toEqual(['commit', heuristic, inconsistent]);
  expect((await client().previewResolve(id, resolution(outcome))).follows).toMatchObject({ ends: true });
});

it('abort and retry are foretold in the words in which they are refused', async () => {
  const { id } = await stuckInCommit(world);
  const said = (error: Error): string => error.message;
  const foretold = await client().previewAbort(id).then(String, said);
  expect(foretold).toMatch(/the decision to commit has been taken/);
  expect(await client().abort(id).then(String, said)).toBe(foretold);
  expect((await client().previewRetry(id)).follows).toMatchObject({ decision: 'commit', ends: false });
  expect((await client().get(id)).actions).toBeUndefined();
  await client().resolve(id, resolution('committed'));
});

it('an abort is foretold, and not of what has changed since it was seen', async () => {
  const { id } = await stuckInPrepare(world);
  const foreseen = await client().previewAbort(id, { reason: 'wrong order' });
  expect(foreseen).toMatchObject({
    document: { state: 'rollingBack', decision: 'rollback', reason: { code: 'aborted' } },
    follows: { decision: 'rollback', inconsistent: [], ends: false },
  });
  const { etag, state } = await client().get(id);
  expect(state).toBe('preparing');
  await client().abort(id, { reason: 'wrong order' }, { ifMatch: etag });
  const refused = client().previewResolve(id, resolution('unknown'), { ifMatch: etag });
  await expect(refused).rejects.toThrow(StateChanged);
  const { changes } = (await refused.catch((error: unknown) => error)) as StateChanged;
  expect(changes).toContainEqual({ member: 'decision', was: 'none', is: 'rollback' });
});

it('a document that is watched has its tag, as one that is read', async () => {
  const { id } = await stuckInCommit(world);
  for await (const { etag, state } of client().watch(id)) {
    expect(etag).toMatch(/^"[^"]+"$/);
    if (state !== 'committing') break;
    await client().resolve(id, resolution('committed'), { ifMatch: etag });
  }
});
