/** I9, PROTOCOL §2: a host that hangs has a few calls in flight; whoever waits for a place has made no attempt, and costs others nothing. */
import { type Participants, hang, startParticipants } from '../support/participants';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { prepareTimeoutMs: 1_500, prepareAttempts: 20 } });
let sick: Participants;

beforeEach(async () => {
  sick = await startParticipants();
});
afterEach(() => sick.close());

it('says that they wait for their turn, counts no attempt, and asks them when the host answers again', async () => {
  const { dtc, participants } = world;
  let hangs = true;
  sick.on('p', r => (hangs && r.phase === 'prepare' ? hang : undefined));
  const started = await Promise.all(Array.from({ length: 40 }, () => dtc.start([sick.url('p')])));
  await eventually(() => sick.received.length >= 16);

  const isWaiting = (id: string): boolean => sick.received.every(r => r.transactionId !== id);
  const waiting = started.find(({ id }) => isWaiting(id))?.id ?? '';
  const document = await dtc.until(waiting, d => d.participants[0]?.lastError?.code === 'busy');
  if (isWaiting(waiting)) expect(document.participants[0]?.attempts).toBe(0);
  expect(document.participants[0]?.lastError?.message).toBe(
    `waits for its turn at ${new URL(sick.url('p')).host}`,
  );
  expect(await dtc.run([participants.url('well')])).toMatchObject({ status: 'committed' });

  hangs = false;
  for (const { id } of started) {
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(ended).toMatchObject({ status: 'committed' });
    expect(faultsOf(ended, sick)).toEqual([]);
  }
}, 60_000);

it('does not use up the attempts of one that finds no place, again and again', async () => {
  const { dtc } = world;
  sick.on('p', r => (r.phase === 'prepare' ? hang : undefined));
  const others = { participants: [sick.url('p')], timeoutMs: 10_000 };
  await Promise.all(Array.from({ length: 40 }, () => dtc.start(others)));
  await eventually(() => sick.received.length >= 16);
  const late = await dtc.start({ participants: [sick.url('late')], timeoutMs: 4_000 });
  const ended = await dtc.until(late.id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'rolledback', reason: { code: 'deadline' } });
  expect(ended.participants[0]?.attempts).toBe(sick.requests(late.id, 'late', 'prepare').length);
}, 60_000);
