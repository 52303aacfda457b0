/**
 * I3: two participants of one transaction on a port where nobody listens. Nothing was ever sent to either of them, however the
 * attempts of the two fall out: nobody is rolled back for it, nothing is a hazard, and nothing is left for a person to look after.
 */
import { useWorld } from '../support/world';

const world = useWorld({ limits: { retryInitialMs: 500, retryMaxMs: 1000, completionAttempts: 3 } });

const nobody = (path: string): string => `http://127.0.0.1:9/${path}`;
const twenty = Array.from({ length: 20 }, (_, nth) => nth);

it('ends at once where a service is down for two of its participants, twenty times', async () => {
  const { dtc } = world;
  const both = { participants: [nobody('a/prepare'), nobody('b/prepare')] };
  const started = await Promise.all(twenty.map(() => dtc.start(both)));
  for (const { id } of started) {
    const ended = await dtc.until(id, d => d.endedAt !== undefined || d.needsAttention);
    expect(ended).toMatchObject({
      state: 'rolledback',
      needsAttention: false,
      reason: { code: 'unavailable' },
      participants: [
        { state: 'unanswered', lastError: { code: 'connection' } },
        { state: 'unanswered', lastError: { code: 'connection' } },
      ],
    });
  }
});

it('calls no provisional commit a hazard that was sent to nobody, twenty times', async () => {
  const { dtc, participants } = world;
  const side = (name: string): object => {
    const url = participants.url(name);
    return { url, commitUrl: nobody(`${name}/commit`), rollbackUrl: url.replace('prepare', 'rollback') };
  };
  const both = { participants: [side('a'), side('b')], onCommitFailure: 'rollback' };
  const started = await Promise.all(twenty.map(() => dtc.start(both)));
  for (const { id } of started) {
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(ended).toMatchObject({ state: 'rolledback', reason: { code: 'commitFailure' } });
    expect(ended).not.toHaveProperty('heuristic');
  }
});
