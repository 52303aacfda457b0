/** I4: no prepare leaves after `decideBy`, and a vote that is awaited then is awaited no longer. */
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { prepareTimeoutMs: 1000, prepareAttempts: 50, completionTimeoutMs: 400 } });

it('stops asking at the deadline, whatever attempts are left', async () => {
  const { dtc, participants } = world;
  const busy = statefulParticipant(participants, 'busy', {
    fault: r => (r.phase === 'prepare' ? { instead: 503 } : undefined),
  });
  const { id, decideBy } = await dtc.start({ participants: [busy.url], timeoutMs: 1200 });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('rolledback');
  // it gives up when no further request would fit, so either may come first
  expect(['unavailable', 'deadline']).toContain(document.reason?.code);
  expect(Date.parse(document.decidedAt ?? '')).toBeLessThan(Date.parse(decideBy) + 1000);
  const asked = participants.requests(id, 'busy', 'prepare');
  expect(asked.length).toBeGreaterThan(2);
  for (const { at } of asked) expect(at).toBeLessThanOrEqual(Date.parse(decideBy) + 20);
});

it('cuts the vote off that it waits for at the deadline', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const mute = statefulParticipant(participants, 'mute', {
    fault: r => (r.phase === 'prepare' ? { answer: silence } : undefined),
  });
  const slow = { url: mute.url, timeoutMs: 3000 };
  const { id, decideBy } = await dtc.start({ participants: [a.url, slow], timeoutMs: 1500 });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'deadline' } });
  expect(Date.parse(document.decidedAt ?? '') - Date.parse(decideBy)).toBeLessThan(1000);
  expectAllAsDecided(document, [a, mute]);
});

it('never commits on a yes that was complete only after the deadline', async () => {
  const { dtc, participants } = world;
  const late = statefulParticipant(participants, 'late', {
    fault: r =>
      r.phase === 'prepare'
        ? {
            after: new Promise(resolve =>
              setTimeout(resolve, Date.parse(String(r.body['decideBy'])) - Date.now() - 5),
            ),
          }
        : undefined,
  });
  const { id } = await dtc.start({ participants: [late.url], timeoutMs: 700 });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  if (document.decision === 'commit')
    expect(Date.parse(document.decidedAt ?? '')).toBeLessThan(Date.parse(document.decideBy));
  expectAllAsDecided(document, [late]);
});
