/**
 * I1, I3, I8, I10: another program works on the task queue and knows activities of our names, which give nothing, or something else.
 * What it gave counts as lost: nothing commits by it, nobody is left apart, and whoever it stands in the way of says so.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { exclusive, newResource } from '../locks/support';
import { bundleWith } from '../replay/bundles';
import { startPartWorker } from '../support/partWorker';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({
  limits: { ...quick, transactionTimeoutMs: 3000, attentionRetryMs: 500 },
  own: true,
});

const ofLocks = ['acquireLocks', 'releaseLocks', 'lookAt'];
const votes = ['prepareAll', 'prepare'];
const ends = ['commitAll', 'commit', 'rollbackAll', 'rollback'];

type Gives = (name: string) => unknown;
const nothing: Gives = () => undefined;
const halves: Gives = () => [{}, null, { participant: 'p1', nth: 1, is: 'yes' }];
const otherWords: Gives = name => ({ is: 'yes', of: name, held: 'all', ending: { is: 'all' } });

it.each([
  { gives: nothing, what: 'nothing', names: [...votes, ...ends, ...ofLocks], as: 'rolledback' },
  { gives: halves, what: 'halves of endings', names: [...votes, ...ends, ...ofLocks], as: 'rolledback' },
  { gives: otherWords, what: 'its own words', names: [...votes, ...ends, ...ofLocks], as: 'rolledback' },
  { gives: nothing, what: 'nothing once everyone voted', names: [...ends, ...ofLocks], as: 'committed' },
])('that gives $what decides nothing, and leaves nobody apart', async ({ gives, what, names, as }) => {
  const { dtc, participants } = world;
  const sides = ['a', 'b'].map(side => statefulParticipant(participants, `${side}${what.length}`));
  await dtc.stopWorker();
  const given = Object.fromEntries(names.map(name => [name, () => Promise.resolve(gives(name))]));
  const foreigner = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'both', instead: given });
  const patience = as === 'committed' ? { timeoutMs: 30_000 } : {};
  const ids: string[] = [];
  try {
    for (let nth = 0; nth < 8; nth += 1) {
      const locks = as === 'rolledback' && nth % 4 === 0 ? [exclusive(newResource())] : [];
      ids.push((await dtc.start({ participants: sides.map(each => each.url), locks, ...patience })).id);
    }
    for (const id of ids) {
      const told = await dtc.until(id, d => d.needsAttention || d.endedAt !== undefined);
      const about = JSON.stringify(told.participants);
      if (told.needsAttention) expect(about).toContain("none of this coordinator's");
    }
  } finally {
    await foreigner.stop();
    await dtc.startWorker();
  }
  for (const id of ids) {
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(ended.status).toBe(as);
    expectAllAsDecided(ended, sides);
  }
});

it('that ends a transaction with something else has not said how it went', async () => {
  const { dtc, participants } = world;
  await dtc.stopWorker();
  await dtc.startWorker(
    bundleWith({
      what: 'the result',
      replace: /tellTraces\)\(last\);\s*return last;/,
      by: 'tellTraces)(last);\n    return { shelf: 7 };',
    }),
  );
  try {
    const started = await dtc.post([participants.url('a')], { prefer: 'wait=10' });
    const told = (await started.json()) as TransactionDocument;
    expect(started.status).toBe(201);
    for (const document of [told, await dtc.get(told.id)])
      expect(document).toMatchObject({ id: told.id, state: 'interrupted', needsAttention: true });
  } finally {
    await dtc.stopWorker();
    await dtc.startWorker();
  }
});
