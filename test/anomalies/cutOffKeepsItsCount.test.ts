/**
 * PROTOCOL §3: what is shown of a participant, `attempts` and `lastError`, is not taken back by an action that cuts its request off
 * between two attempts, when nobody but Temporal knows of them.
 */
import { type ParticipantDocument, type TransactionDocument } from '../../src/protocol/client/document';
import { hang } from '../support/participants';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

/** Some attempts at once, then long waits. */
const limits = {
  ...{ retryInitialMs: 20, retryMaxMs: 60_000, attentionRetryMs: 60_000 },
  ...{ prepareAttempts: 20, completionAttempts: 3 },
};
const world = useWorld({ limits });
const dead = 'http://127.0.0.1:9/dead/prepare';
const most = 6;

const last = ({ participants }: TransactionDocument): ParticipantDocument =>
  participants.at(-1) as ParticipantDocument;
const failedAt = (p: ParticipantDocument): number => Date.parse(p.lastError?.at ?? '');

/** It waits for an attempt that is not due soon. */
function waits(document: TransactionDocument): boolean {
  const { attempts, nextAttemptAt } = last(document);
  return attempts >= most && nextAttemptAt !== undefined && Date.parse(nextAttemptAt) - Date.now() > 250;
}

/** The newest that was shown of the participant, and the document that the action is answered with. */
async function act(
  id: string,
  verb: 'abort' | 'retry' | 'resolve',
  body = {},
): Promise<{ readonly shown: ParticipantDocument; readonly told: ParticipantDocument }> {
  const shown = last(await world.dtc.until(id, waits));
  const response = await world.dtc.act(id, verb, body);
  expect(response.status).toBe(200);
  return { shown, told: last((await response.json()) as TransactionDocument) };
}

const ended = async (id: string): Promise<ParticipantDocument> =>
  last(await world.dtc.until(id, d => d.endedAt !== undefined));

async function stuckIn(phase: 'commit' | 'rollback', name: string): Promise<string> {
  const { dtc, participants } = world;
  participants.on(name, r => (r.phase === phase ? 503 : 200));
  participants.on(`${name}-no`, r => (r.phase === 'prepare' ? 409 : 200));
  const others = phase === 'rollback' ? [participants.url(`${name}-no`)] : [];
  return (await dtc.start([...others, participants.url(name)])).id;
}

const resolve = { participant: 'p1', outcome: 'committed', reason: 'seen there' };

it.each([
  ['commit', 'p1'],
  ['rollback', 'p2'],
] as const)('keeps the count and the last error of a %s that is resolved', async (phase, participant) => {
  const name = `resolved-${phase}`;
  const id = await stuckIn(phase, name);
  const { shown, told } = await act(id, 'resolve', { ...resolve, participant, outcome: 'unknown' });
  const sent = world.participants.requests(id, name, phase).length;
  for (const p of [told, await ended(id)]) {
    expect(p).toMatchObject({
      state: 'forced',
      attempts: sent,
      lastError: { code: 'unavailable', status: 503 },
    });
    expect(failedAt(p)).toBeGreaterThanOrEqual(failedAt(shown));
  }
});

it('keeps them of many that are resolved at once', async () => {
  const { dtc, participants } = world;
  const id = await stuckIn('commit', 'resolved-many');
  const shown = last(await dtc.until(id, waits));
  const host = new URL(participants.origin).host;
  const body = { participant: host, outcome: 'committed', reason: 'switched off' };
  await eventually(async () => {
    const response = await fetch(`${dtc.url}/transactions/resolve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { readonly acted: number }).acted === 1;
  });
  await ended(id);
  const p = last(await dtc.get(id));
  expect(p).toMatchObject({ state: 'forced', attempts: shown.attempts });
  expect(failedAt(p)).toBeGreaterThanOrEqual(failedAt(shown));
});

it('keeps the last error of one that came through by itself', async () => {
  const { dtc, participants } = world;
  const name = 'came-back';
  const id = await stuckIn('commit', name);
  const shown = last(await dtc.until(id, waits));
  participants.on(name, () => 200);
  const p = await ended(id);
  expect(p).toMatchObject({ state: 'committed', attempts: shown.attempts + 1, lastError: shown.lastError });
});

it('counts anew after a retry, and keeps the last error', async () => {
  const { participants } = world;
  const name = 'retried';
  const id = await stuckIn('commit', name);
  const shown = last(await world.dtc.until(id, waits));
  participants.on(name, () => 200);
  const { told } = await act(id, 'retry');
  for (const p of [told, await ended(id)]) expect(failedAt(p)).toBeGreaterThanOrEqual(failedAt(shown));
  expect(await ended(id)).toMatchObject({ state: 'committed', attempts: 1, lastError: { status: 503 } });
});

/** Of an answer and of what `GET` has right after it. */
async function retried(name: string): Promise<readonly [ParticipantDocument, ParticipantDocument]> {
  const { dtc, participants } = world;
  const id = await stuckIn('commit', name);
  await dtc.until(id, waits);
  participants.on(name, r => (r.phase === 'commit' ? hang : 200));
  const { told } = await act(id, 'retry');
  const read = last(await dtc.get(id));
  await dtc.act(id, 'resolve', resolve);
  return [told, read];
}

it('answers a retry with the count that it begins, as GET has it', async () => {
  let [told, read] = await retried('hangs-1');
  // where everything is slow an answer does not wait for that
  for (let nth = 2; nth <= 4 && told.attempts !== 1; nth += 1) [told, read] = await retried(`hangs-${nth}`);
  expect(told).toMatchObject({ state: 'committing', attempts: 1, lastError: { status: 503 } });
  expect(told).not.toHaveProperty('nextAttemptAt');
  expect(read).toEqual(told);
});

it('keeps them of a prepare that is aborted, whether its participant is there or not', async () => {
  const { dtc, participants } = world;
  participants.on('voteless', r => (r.phase === 'prepare' ? 429 : 200));
  const aborted = async (url: string): Promise<{ shown: ParticipantDocument; p: ParticipantDocument }> => {
    const { id } = await dtc.start([participants.url('votes'), url]);
    const { shown, told } = await act(id, 'abort');
    expect(told.attempts).toBeGreaterThanOrEqual(shown.attempts);
    const p = await ended(id);
    expect(failedAt(p)).toBeGreaterThanOrEqual(failedAt(shown));
    return { shown, p };
  };
  const [there, gone] = await Promise.all([aborted(participants.url('voteless')), aborted(dead)]);
  expect(there.p).toMatchObject({ state: 'rolledback', attempts: 1 }); // of the rollback
  expect(gone.p.state).toBe('unanswered');
  expect(gone.p.attempts).toBeGreaterThanOrEqual(gone.shown.attempts);
});

it('counts on where one more rollback is due to whose prepare may arrive late', async () => {
  const { dtc, participants } = world;
  const late = { isUp: false };
  participants.on('late', () => (late.isUp ? 200 : 503));
  const { id } = await dtc.start({ participants: [participants.url('late')], timeoutMs: 300 });
  const shown = last(await dtc.until(id, d => d.state === 'rollingBack' && waits(d)));
  late.isUp = true;
  const p = await ended(id);
  expect(p).toMatchObject({ state: 'rolledback', lastError: { status: 503 } });
  expect(p.attempts).toBe(participants.requests(id, 'late', 'rollback').length);
  expect(p.attempts).toBeGreaterThan(shown.attempts);
  expect(failedAt(p)).toBeGreaterThanOrEqual(failedAt(shown));
});
