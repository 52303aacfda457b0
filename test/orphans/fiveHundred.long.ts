/** Five hundred transactions terminated at random moments are all finished, as each one's history demands. */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { seeded } from '../support/random';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { sweep, useSweeps } from './support/sweeps';

const world = useSweeps();
const count = 500;
const atOnce = 25;

/** The same for each repeat of its prepare. */
const isRefused = (id: string): boolean => id.charCodeAt(id.length - 1) % 5 === 0;

it('finishes five hundred that were terminated in any phase, each as its history demands, none twice', async () => {
  const seed = Date.now() % 1_000_000;
  const random = seeded(seed);
  const { dtc, participants } = world;
  const slowly = (mostMs: number): Promise<unknown> =>
    new Promise(resolve => setTimeout(resolve, random() * mostMs));
  const both = [
    statefulParticipant(participants, 'first', { fault: () => ({ after: slowly(150) }) }),
    statefulParticipant(participants, 'second', {
      fault: ({ phase, transactionId }) =>
        phase === 'prepare' && isRefused(transactionId) ? { instead: 409 } : { after: slowly(150) },
    }),
  ];

  const begun: { readonly id: string; readonly seen: TransactionDocument | undefined }[] = [];
  let terminated = 0;
  /** A busy machine turns some away. */
  const startPatiently = async (): Promise<TransactionDocument> => {
    for (;;) {
      const response = await dtc.post({ timeoutMs: 10_000, participants: both.map(({ url }) => url) });
      const body: unknown = await response.json();
      if (response.status === 201) return body as TransactionDocument;
      expect([response.status, body]).toMatchObject([503, { type: '/problems/overloaded' }]);
      await slowly(600);
    }
  };
  const lane = async (): Promise<void> => {
    while (begun.length < count) {
      const started = await startPatiently();
      await slowly(600);
      const seen = await dtc.get(started.id);
      begun.push({ id: started.id, seen });
      const ended = await dtc.client.workflow
        .getHandle(started.id)
        .terminate('a drill')
        .then(
          () => true,
          () => false, // it had ended by itself
        );
      if (ended) terminated += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));

  await eventually(async () => (await sweep(dtc)).counts.interrupted === 0, 240_000);
  const documents: TransactionDocument[] = [];
  for (const { id } of begun) documents.push(await dtc.until(id, d => d.endedAt !== undefined, 60_000));

  const taken = documents.filter(({ recoveries = [] }) => recoveries.length > 0);
  const tally = (status: string): number => taken.filter(each => each.status === status).length;
  console.log(
    `seed ${seed}: ${begun.length} begun, ${terminated} terminated, of which ${tally('committed')} ended committed, ${tally('rolledback')} rolled back`,
  );
  expect(terminated).toBeGreaterThan(100);
  expect(taken).toHaveLength(terminated);
  for (const document of documents) {
    expect(document.recoveries?.length ?? 0).toBeLessThanOrEqual(1);
    expectAllAsDecided(document, both);
    const seen = begun.find(({ id }) => id === document.id)?.seen;
    if (seen?.decision !== null) expect(document.decision).toBe(seen?.decision);
  }
  expect(tally('committed')).toBeGreaterThan(0);
  expect(tally('rolledback')).toBeGreaterThan(0);
});
