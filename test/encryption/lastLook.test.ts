/**
 * I3, I4 where payloads are encrypted: what the attempts of a call left behind is read from Temporal before it is given up, and is as good
 * as in plain text. Else whoever was known not to have been reached would be rolled back, and waited for as long as it is away.
 */
import { useWorld } from '../support/world';

const key = Buffer.alloc(32, 7).toString('base64');
const world = useWorld({
  env: { DTC_PAYLOAD_KEYS: `k:${key}` },
  limits: { retryInitialMs: 20_000, retryMaxMs: 20_000 },
});

it('an abort after a connection that was refused ends at once, and waits for nobody who was not reached', async () => {
  const { dtc, participants } = world;
  const { id } = await dtc.start([participants.url('a'), 'http://127.0.0.1:9/prepare']);
  await dtc.until(id, d => d.participants[1]?.nextAttemptAt !== undefined);
  await dtc.act(id, 'abort');
  const told = await dtc.until(id, d => d.status !== 'pending');
  expect(told).not.toHaveProperty('lateRollback');
  expect(await dtc.until(id, d => d.endedAt !== undefined)).toMatchObject({
    reason: { code: 'aborted' },
    participants: [{ state: 'rolledback' }, { state: 'unanswered', attempts: 1 }],
  });
});
