/** PROTOCOL §3, §4: an action means the same by signal, by update and by HTTP, and is shown with its author in each. */
import { type ServerResponse } from 'node:http';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { quick } from '../support/quick';
import { expectAllAsDecided } from '../support/statefulParticipant';
import { signal, temporalWorkflow, update } from '../support/temporalCli';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInPrepare } from './stuck';

const world = useWorld({ limits: { ...quick, attentionRetryMs: 60_000 } });
const verbs = { abort: 'abort', retryNow: 'retry', resolve: 'resolve' } as const;

interface Way {
  readonly by: string;
  readonly act: (id: string, action: keyof typeof verbs, input?: Record<string, string>) => Promise<unknown>;
}

const ways: Record<string, Way> = {
  signal: {
    by: 'ann',
    act: (id, action, input) => signal(id, action, { ...input, by: 'ann' }),
  },
  update: {
    by: 'bob',
    act: async (id, action, input) => {
      const { result, refusal } = await update(id, action, { ...input, by: 'bob' });
      expect(refusal).toBeUndefined();
      expect(result).toMatchObject({ id });
    },
  },
  HTTP: {
    by: 'anonymous', // who calls, never a field of the body
    act: async (id, action, input) => {
      const response = await world.dtc.act(id, verbs[action], input);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ id });
    },
  },
};

async function expectShown(document: TransactionDocument, words: readonly string[]): Promise<void> {
  const details = await temporalWorkflow('metadata', document.id);
  for (const word of words) expect(details).toContain(word);
}

describe.each(Object.entries(ways))('by %s', (_name, { act, by }) => {
  it('aborts', async () => {
    const { dtc, participants } = world;
    const { id, healthy, broken } = await stuckInPrepare(world, 2500);
    await act(id, 'abort', { reason: 'changed my mind' });
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document).toMatchObject({
      status: 'rolledback',
      reason: { code: 'aborted', detail: `by ${by}: changed my mind` },
      actions: [{ action: 'abort', by, reason: 'changed my mind' }],
    });
    expect(participants.phases(id, healthy.name)).toEqual(['prepare', 'rollback']);
    expectAllAsDecided(document, [healthy, broken]);
    await expectShown(document, [`abort by ${by}: changed my mind`]);
  });

  it('retries now', async () => {
    const { dtc, participants } = world;
    const later = (response: ServerResponse): unknown =>
      response.writeHead(503, { 'retry-after': '50' }).end();
    const { id, healthy, broken, mend } = await stuckInCommit(world, { fault: { instead: later } });
    const asked = participants.requests(id, broken.name, 'commit').length;
    mend();
    await act(id, 'retryNow');
    const document = await dtc.until(id, d => d.endedAt !== undefined, 5000);
    expect(document).toMatchObject({ status: 'committed', actions: [{ action: 'retryNow', by }] });
    expect(participants.requests(id, broken.name, 'commit')).toHaveLength(asked + 1);
    expectAllAsDecided(document, [healthy, broken]);
    await expectShown(document, [`retryNow by ${by}`]);
  });

  it('resolves', async () => {
    const { dtc } = world;
    const { id, broken } = await stuckInCommit(world);
    await act(id, 'resolve', { participant: 'p2', outcome: 'committed', reason: 'seen in its books' });
    const document = await dtc.until(id, d => d.endedAt !== undefined, 5000);
    const at = expect.stringMatching(/^\d{4}-.*Z$/) as unknown;
    expect(document).toMatchObject({
      status: 'committed',
      needsAttention: false,
      actions: [{ action: 'resolve', participant: 'p2', outcome: 'committed', by, at }],
    });
    expect(document.participants[1]).toMatchObject({
      state: 'forced',
      forced: { outcome: 'committed', by, reason: 'seen in its books', at },
    });
    expect(document).not.toHaveProperty('heuristic');
    expect(broken.holds(id)).toBe('prepared'); // the operator's word, not the participant's
    await expectShown(document, [
      `resolve p2 as committed by ${by}: seen in its books`,
      `forced committed by ${by}`,
    ]);
  });
});

it('shows who asked for what while the transaction is still running', async () => {
  const { id } = await stuckInCommit(world);
  await signal(id, 'abort', { by: 'ann', reason: 'too late' });
  const document = await world.dtc.until(id, d => d.actions !== undefined);
  await expectShown(document, ['abort', 'ann', 'too late', 'the decision to commit has been taken']);
});
