/** I4: no prepare leaves after `decideBy`, and a vote that is awaited then is awaited no longer; the reason says `deadline`. */
import { type ServerResponse } from 'node:http';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({
  limits: { prepareTimeoutMs: 1000, prepareAttempts: 50, completionTimeoutMs: 400, retryMaxMs: 30_000 },
  own: true,
});

const comeBackIn =
  (seconds: number) =>
  (response: ServerResponse): unknown =>
    response.writeHead(503, { 'retry-after': String(seconds) }).end();

it('stops asking where the next request would come after the deadline, whatever attempts are left', async () => {
  const { dtc, participants } = world;
  const busy = statefulParticipant(participants, 'busy', {
    fault: r => (r.phase === 'prepare' ? { instead: 503 } : undefined),
  });
  const { id, decideBy } = await dtc.start({ participants: [busy.url], timeoutMs: 3000 });
  const document = await dtc.until(id, d => d.status === 'rolledback');
  expect(document.reason).toMatchObject({ code: 'deadline', participant: 'p1' });
  expect(Date.parse(document.decidedAt ?? '')).toBeLessThan(Date.parse(decideBy) + 1000);
  const asked = participants.requests(id, 'busy', 'prepare');
  expect(asked.length).toBeGreaterThan(2);
  for (const { at } of asked) expect(at).toBeLessThanOrEqual(Date.parse(decideBy) + 20);
});

it('does not wait for the deadline where the next request would come after it', async () => {
  const { dtc, participants } = world;
  const later = statefulParticipant(participants, 'later', {
    fault: r => (r.phase === 'prepare' ? { instead: comeBackIn(20) } : undefined),
  });
  const { id, decideBy } = await dtc.start({ participants: [later.url], timeoutMs: 8000 });
  const document = await dtc.until(id, d => d.status === 'rolledback');
  expect(document.reason).toEqual({ code: 'deadline', participant: 'p1', detail: 'answered 503' });
  expect(Date.parse(document.decidedAt ?? '')).toBeLessThan(Date.parse(decideBy) - 4000);
  expect(participants.requests(id, 'later', 'prepare')).toHaveLength(1);
});

it('asks no more when the deadline comes while the next request is awaited, with nobody to send it', async () => {
  const { dtc, participants } = world;
  const soon = statefulParticipant(participants, 'soon', {
    fault: r => (r.phase === 'prepare' ? { instead: comeBackIn(1) } : undefined),
  });
  const { id, decideBy } = await dtc.start({ participants: [soon.url], timeoutMs: 3000 });
  await dtc.until(id, d => d.participants[0]?.nextAttemptAt !== undefined);
  await dtc.stopWorker();
  const asked = participants.requests(id, 'soon', 'prepare').length;
  await eventually(() => Date.now() > Date.parse(decideBy));
  await dtc.startWorker();
  const document = await dtc.until(id, d => d.status === 'rolledback');
  expect(document).toMatchObject({ reason: { code: 'deadline', participant: 'p1' } });
  expect(participants.requests(id, 'soon', 'prepare')).toHaveLength(asked);
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
  expect(document).toMatchObject({
    status: 'rolledback',
    reason: { code: 'deadline', participant: 'p2', detail: 'no vote before the deadline of the transaction' },
  });
  expect(Date.parse(document.decidedAt ?? '') - Date.parse(decideBy)).toBeLessThan(1400);
  expectAllAsDecided(document, [a, mute]);
});

it('cuts a repeated request off at the deadline as it does the first', async () => {
  const { dtc, participants } = world;
  const mute = statefulParticipant(participants, 'mute-again', {
    fault: r => (r.phase === 'prepare' ? (r.nth === 1 ? { instead: 503 } : { answer: silence }) : undefined),
  });
  const { id } = await dtc.start({ participants: [{ url: mute.url, timeoutMs: 3000 }], timeoutMs: 1500 });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.reason).toMatchObject({ code: 'deadline', participant: 'p1' });
  expect(document.participants[0]?.lastError?.code).toBe('deadline');
  expectAllAsDecided(document, [mute]);
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

describe('with attempts that are used up before the deadline', () => {
  const few = useWorld({ limits: { prepareAttempts: 4 } });

  it('says that the participant was unavailable', async () => {
    const { dtc, participants } = few;
    participants.on('down', r => (r.phase === 'prepare' ? 503 : undefined));
    const { id } = await dtc.start({ participants: [participants.url('down')], timeoutMs: 20_000 });
    const document = await dtc.until(id, d => d.status === 'rolledback');
    expect(document.reason).toEqual({ code: 'unavailable', participant: 'p1', detail: 'answered 503' });
    expect(participants.requests(id, 'down', 'prepare')).toHaveLength(4);
  });
});
