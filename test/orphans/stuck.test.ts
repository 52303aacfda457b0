/** What does not come to an end by itself stands in the same report, with the reason. */
import { sweep, useSweeps } from './support/sweeps';

const world = useSweeps({ env: { DTC_STUCK_AFTER_MS: '1000' }, limits: { completionAttempts: 2 } });

it('reports what needs attention, with who does not answer and how', async () => {
  const { dtc, participants } = world;
  participants.on('down', ({ phase }) => (phase === 'commit' ? 503 : 200));
  const { id } = await dtc.start([participants.url('down')]);
  await dtc.until(id, ({ needsAttention }) => needsAttention);
  const { findings, counts } = await sweep(dtc);
  expect(findings).toMatchObject([{ kind: 'stuck', transactionId: id, what: 'needs attention, committing' }]);
  expect(findings[0]?.why).toMatch(/^p1: answered 503 \(attempt \d+\)$/);
  expect(counts).toMatchObject({ stuck: 1, interrupted: 0 });
  participants.on('down', () => 200);
  await dtc.act(id, 'retry');
  await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
  expect((await sweep(dtc)).findings).toEqual([]);
});

it('reports what is pending for longer than configured, and nothing younger', async () => {
  const { dtc, participants } = world;
  participants.on('silent', ({ phase }) => (phase === 'prepare' ? () => undefined : 200));
  const { id, createdAt } = await dtc.start({
    participants: [{ url: participants.url('silent'), timeoutMs: 20_000 }],
    timeoutMs: 20_000,
  });
  expect((await sweep(dtc)).findings.filter(() => Date.now() < Date.parse(createdAt) + 1000)).toEqual([]);
  await dtc.until(id, () => Date.now() > Date.parse(createdAt) + 1500);
  const { findings } = await sweep(dtc);
  expect(findings).toMatchObject([
    { kind: 'stuck', transactionId: id, since: createdAt, what: 'preparing for longer than it should' },
  ]);
  await dtc.act(id, 'abort');
});
