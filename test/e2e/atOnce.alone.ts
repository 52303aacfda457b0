/** What has to hold with many transactions at once. */
import { randomUUID } from 'node:crypto';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TestCoordinator } from '../support/coordinator';
import { type Script } from '../support/participants';
import { faultsOf } from '../support/records';
import { useWorld } from '../support/world';

describe('200 transactions at once over three participants, a third with one that refuses', () => {
  const patient = { prepareTimeoutMs: 20_000, completionTimeoutMs: 20_000 };
  const world = useWorld({ limits: patient });

  it('all end right, and the participants agree with the coordinator', async () => {
    const { dtc, participants } = world;
    const mayRefuse: Script = ({ phase, body }) =>
      phase === 'prepare' && body['payload'] === 'refuse' ? 409 : undefined;
    const names = ['hotel', 'flight', 'car'];
    for (const name of names) participants.on(name, mayRefuse);
    const refuses = (i: number, nth: number): boolean => i % 3 === 0 && nth === (i / 3) % names.length;
    const documents = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        startPatiently(dtc, {
          participants: names.map((name, nth) => ({
            url: participants.url(name),
            payload: refuses(i, nth) ? 'refuse' : 'book',
          })),
        }),
      ),
    );
    for (const [i, document] of documents.entries()) {
      const ends = i % 3 === 0 ? 'rollback' : 'commit';
      const ended = await dtc.until(document.id, d => d.endedAt !== undefined, 60_000);
      expect(ended).toMatchObject({ decision: ends, status: i % 3 === 0 ? 'rolledback' : 'committed' });
      expect(faultsOf(ended, participants)).toEqual([]);
      for (const [nth, name] of names.entries()) {
        const { attempts = 0, lastError } = ended.participants[nth] ?? {};
        const received = participants.phases(ended.id, name).filter(phase => phase === ends);
        // repeated only where a busy machine made a request time out, or Temporal take the worker for lost
        if (lastError === undefined || lastError.code === 'refused')
          expect([attempts, received]).toEqual([1, [ends]]);
      }
    }
    const called = participants.received.filter(r => names.includes(r.name)).map(r => r.transactionId);
    expect(new Set(called)).toEqual(new Set(documents.map(({ id }) => id))); // nobody was called for anything else
  }, 120_000);
});

/** As a client does whose server may be busy: a 503 is followed by the same request under the same key. */
async function startPatiently(dtc: TestCoordinator, body: unknown): Promise<TransactionDocument> {
  const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=60' };
  for (;;) {
    const answer = await dtc.post(body, headers);
    const text = await answer.text();
    if (answer.status === 201) return JSON.parse(text) as TransactionDocument;
    if (answer.status !== 503) throw new Error(`POST answered ${answer.status}: ${text}`);
  }
}
