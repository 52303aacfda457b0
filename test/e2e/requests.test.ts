/** PROTOCOL §2 and I7, at the participant's end of the wire: what a request holds, its repeats, and when they come. */
import { type ServerResponse } from 'node:http';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Received } from '../support/participants';
import { useWorld } from '../support/world';

const retryMaxMs = 1500;
const world = useWorld({
  limits: { retryMaxMs },
  env: { DTC_PUBLIC_URL: 'https://dtc.example/api' },
});

it('holds the ids, the deadline and the payload, and prepare alone the deadline', async () => {
  const { dtc, participants } = world;
  const payload = { room: 12, nights: ['fri', 'sat'] };
  const hotel = { name: 'hotel', url: `${participants.url('inn')}?key=k1`, payload };
  const { id, decideBy, createdAt } = await dtc.run({ participants: [hotel], timeoutMs: 30_000 });
  expect(Date.parse(decideBy) - Date.parse(createdAt)).toBe(30_000);
  const statusUrl = `https://dtc.example/api/transactions/${id}`;
  const common = { transactionId: id, participant: 'hotel', payload, statusUrl };
  expect(participants.requests(id).map(r => r.body)).toEqual([
    { ...common, phase: 'prepare', decideBy },
    { ...common, phase: 'commit' },
  ]);
  for (const { headers, phase } of participants.requests(id))
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'transaction-id': id,
      'idempotency-key': `${id}/hotel/${phase}`,
    });
});

it.each([
  ['commit', 200],
  ['rollback', 409],
] as const)('is the same at every repeat, of prepare and of %s', async (decision, vote) => {
  const { dtc, participants } = world;
  participants.on('faulty', r => (r.nth <= 2 ? 429 : r.phase === 'prepare' ? vote : 200));
  const url = participants.url('faulty');
  const document = await dtc.run({ participants: [{ url, payload: { b: [1, { c: null }], a: 'ü' } }] });
  expect(document.decision).toBe(decision);
  const { id } = await dtc.until(document.id, d => d.endedAt !== undefined);
  for (const phase of ['prepare', decision] as const) {
    const repeats = participants.requests(id, 'faulty', phase).map(sent);
    expect(repeats).toHaveLength(3);
    expect(new Set(repeats).size).toBe(1);
  }
});

function sent({ body, headers }: Received): string {
  return JSON.stringify([body, headers['transaction-id'], headers['idempotency-key']]);
}

describe('Retry-After', () => {
  /** How long after a first request of the phase, answered with this header, the second one came. */
  async function secondAfterMs(phase: Phase, retryAfter: string): Promise<number> {
    const { dtc, participants } = world;
    const later = (response: ServerResponse): unknown =>
      response.writeHead(503, { 'retry-after': retryAfter }).end();
    participants.on('busy', r => (r.phase === phase && r.nth === 1 ? later : undefined));
    const { id, status } = await dtc.run([participants.url('busy')]);
    expect(status).toBe('committed');
    const [first, second] = participants.requests(id, 'busy', phase);
    return (second?.at ?? Number.NaN) - (first?.at ?? Number.NaN);
  }

  it.each(['prepare', 'commit'] as const)('of an answer to %s is waited for', async phase => {
    expect(await secondAfterMs(phase, '1')).toBeGreaterThanOrEqual(1000); // by itself it would be 50 ms
  });

  it('is respected up to the longest interval only', async () => {
    const waited = await secondAfterMs('commit', '3600');
    expect(waited).toBeGreaterThanOrEqual(retryMaxMs);
    expect(waited).toBeLessThan(10_000);
  });
});
