/** With no worker, reading goes on within a second, acting answers 503, and no reported status is taken back (I5). */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { quick } from '../support/quick';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';
import { stuckInCommit } from './stuck';

const world = useWorld({ limits: quick, own: true });
const facts = ({
  status,
  state,
  decision,
  needsAttention,
  reason,
  heuristic,
}: TransactionDocument): object => ({
  status,
  state,
  decision,
  needsAttention,
  reason,
  heuristic,
});

/** Within a second and a bit; of three, since the machine may be busy with other tests. */
async function quickGet(id: string): Promise<TransactionDocument> {
  for (let nth = 1; ; nth += 1) {
    const began = Date.now();
    const document = await world.dtc.get(id);
    const tookMs = Date.now() - began;
    if (tookMs < 1200) return document;
    if (nth === 3) throw new Error(`GET took ${String(tookMs)} ms`);
  }
}

it('answers 503 with Retry-After to every action, and none is lost where it is repeated', async () => {
  const { dtc } = world;
  const { id, mend, healthy, broken } = await stuckInCommit(world);
  const before = await dtc.get(id);
  await dtc.stopWorker();
  const resolve = { participant: 'p2', outcome: 'committed', reason: 'looked' };
  const answers = await Promise.all([
    dtc.act(id, 'retry'),
    dtc.act(id, 'resolve', { ...resolve, outcome: 'done' }),
    dtc.act(id, 'abort'),
  ]);
  expect(answers.map(answer => answer.status)).toEqual([503, 400, 503]);
  expect(answers[0].headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await answers[0].json()).toMatchObject({ detail: expect.stringContaining('no worker') as unknown });
  expect(facts(await quickGet(id))).toEqual(facts(before));

  mend();
  await dtc.startWorker();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [healthy, broken]);
});

it('does not take a decision to commit back that came after a straggler of prepare', async () => {
  const { dtc, participants } = world;
  const b = statefulParticipant(participants, 'b', {
    fault: r => {
      if (r.phase === 'prepare') return r.nth === 1 ? { instead: 503 } : undefined;
      return r.nth < 2 ? { instead: silence } : undefined;
    },
  });
  const { id } = await dtc.start({ participants: [{ url: b.url, timeoutMs: 6000 }] });
  const reported = await dtc.until(id, d => d.decision === 'commit');
  await dtc.stopWorker();
  expect(facts(await quickGet(id))).toEqual(facts(reported));
  await dtc.startWorker();
  await dtc.until(id, d => d.status === 'committed');
});

it('does not take rolledback back that was reported before the end', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const hangs = statefulParticipant(participants, 'hangs', {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start({ participants: [a.url, hangs.url], timeoutMs: 6000 });
  const reported = await dtc.until(id, d => d.status === 'rolledback');
  expect(reported).toMatchObject({ state: 'rollingBack', decision: 'rollback' });
  expect(reported).not.toHaveProperty('endedAt'); // everyone acknowledged, one of them is loose
  await dtc.stopWorker();
  expect(facts(await quickGet(id))).toEqual(facts(reported));
  await dtc.startWorker();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expectAllAsDecided(document, [a, hangs]);
});
