/** I2: signals may be repeated, reordered and contradict each other; the first that applies counts, the rest are shown. */
import { quick } from '../support/quick';
import { expectAllAsDecided, gate, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('aborts once, however many say so', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url]);
  await eventually(() => participants.requests(id, 'b').length === 1);
  const handle = dtc.client.workflow.getHandle(id);
  await Promise.all(
    [1, 2, 3, 4, 5].map(n => handle.signal('abort', { by: `operator ${n}`, reason: 'enough' })),
  );
  await dtc.act(id, 'abort');
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.reason?.code).toBe('aborted');
  expect(document.actions).toHaveLength(1); // repeats took nothing and are no errors
  expect(participants.phases(id, 'a')).toEqual(['prepare', 'rollback']);
  expectAllAsDecided(document, [a, b]);
});

it('keeps the first of two conflicting resolves, and shows who came second', async () => {
  const { dtc, participants } = world;
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'commit' ? { instead: 503 } : undefined),
  });
  const c = statefulParticipant(participants, 'c', {
    fault: r => (r.phase === 'commit' && r.nth < 8 ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start([b.url, c.url]);
  await dtc.until(id, d => d.needsAttention);
  const handle = dtc.client.workflow.getHandle(id);
  const say = (outcome: string, by: string): Promise<void> =>
    handle.signal('resolve', { participant: 'p1', outcome, reason: 'looked', by });
  await say('committed', 'ann');
  await say('rolledback', 'bob');
  await say('committed', 'cem'); // the same outcome again is a repeat
  await handle.signal('abort', { by: 'dan' });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'committed', decision: 'commit' });
  expect(document.participants[0]?.forced).toMatchObject({ outcome: 'committed', by: 'ann' });
  const at = String(document.participants[0]?.forced?.at);
  expect(document.actions).toEqual([
    expect.objectContaining({ action: 'resolve', by: 'ann' }),
    expect.objectContaining({ by: 'bob', ignored: `"p1" was resolved as committed by ann at ${at}` }),
    expect.objectContaining({ action: 'abort', by: 'dan', ignored: 'the decision to commit has been taken' }),
  ]);
  expectAllAsDecided(document, [c]);
});

it('survives a hail of retryNow: one call at a time, no request lost', async () => {
  const { dtc, participants } = world;
  const mended = gate();
  let down = true;
  void mended.passed.then(() => (down = false));
  let open = 0;
  let most = 0;
  const a = statefulParticipant(participants, 'a', {
    fault: r => {
      if (r.phase !== 'commit') return undefined;
      most = Math.max(most, (open += 1));
      return {
        answer: response => {
          open -= 1;
          response.writeHead(down ? 503 : 200).end();
        },
      };
    },
  });
  const { id } = await dtc.start([a.url]);
  await dtc.until(id, d => d.needsAttention);
  const handle = dtc.client.workflow.getHandle(id);
  for (let n = 0; n < 20; n += 1) await handle.signal('retryNow', { by: `operator ${n}` });
  mended.open();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'committed', needsAttention: false });
  expect(document.actions?.length).toBeGreaterThan(0);
  expect(most).toBe(1); // I4
  expectAllAsDecided(document, [a]);
});
