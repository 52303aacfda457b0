/** The long run of the property, and what shows that it finds what it is for and shrinks it to a readable script. */
import { bundleWith } from '../replay/bundles';
import { type Participants, startParticipants } from '../support/participants';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Scene, lie, play } from './play';
import { explore } from './property';
import { shrink } from './shrink';
import { type TransactionScript, limits } from './script';
import { violations } from './verdict';

describe.each([
  ['with cached workflows', undefined],
  ['replaying at every step', 0],
])('%s', (_name, maxCachedWorkflows) => {
  let scene: Scene & { dtc: TestCoordinator; participants: Participants };
  beforeAll(async () => {
    const cache = maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows };
    scene = {
      dtc: await startCoordinator({ limits, ...cache }),
      participants: await startParticipants(),
    };
  });
  afterAll(async () => {
    await scene.dtc.close();
    await scene.participants.close();
  });

  it('keeps every transaction atomic, whatever participants, operators and restarts do', async () => {
    expect(await explore(scene, { runs: 4, transactions: 30 })).toBeUndefined();
  });
});

describe('finds', () => {
  let participants: Participants;
  let dtc: TestCoordinator;
  beforeAll(async () => {
    participants = await startParticipants();
    dtc = await startCoordinator({ limits, apiOnly: true });
  });
  afterEach(() => dtc.stopWorker());
  afterAll(async () => {
    await dtc.close();
    await participants.close();
  });

  it('a participant that acknowledges a rollback and stays prepared', async () => {
    const smallest = await explore(await lying(), { runs: 5, transactions: 15 });
    expect(smallest?.broken.join()).toMatch(/holds (prepared|committed)/);
  });

  it('and shrinks to what it takes', async () => {
    const smallest = await shrink(await lying(), { script: eventful, broken: [] });
    process.stdout.write(`property: shrunk to ${JSON.stringify(smallest)}\n`);
    expect(smallest.broken.join()).toMatch(/holds (prepared|committed)/);
    expect(troublesOf(smallest.script)).toBeLessThanOrEqual(3);
  });

  it('a coordinator without the late rollback of I4', async () => {
    const change = {
      what: 'nobody is owed a late rollback',
      replace: /function owesLateRollback\(p\) \{/,
      by: 'function owesLateRollback(p) { return false;',
    };
    expect(await playLatePrepare()).toEqual([]);
    await dtc.stopWorker();
    expect(await playLatePrepare(bundleWith(change))).toEqual([
      expect.stringContaining('is shown rolledback, and holds prepared'),
      expect.stringContaining('holds prepared after rollback'),
    ]);
  });

  /** Every participant does nothing at a rollback, and says that all is well. */
  async function lying(): Promise<Scene> {
    await dtc.startWorker();
    return { dtc, participants, wrong: r => (r.phase === 'rollback' ? lie : undefined) };
  }

  /** The first prepare comes after everything else, to a participant that has forgotten its rollback. */
  async function playLatePrepare(workflowCode?: string): Promise<string[]> {
    await dtc.startWorker(workflowCode);
    const prepare = ['very late: done after 2000 ms', 'refused: 409'] as const;
    const forgetful = { remembersRollbacks: false, trouble: { prepare, commit: [], rollback: [] } };
    const script = { onCommitFailure: 'retry', participants: [forgetful], operators: [] } as const;
    const seen = await play({ dtc, participants }, { transactions: [script], restartsAfterMs: [] });
    return seen.flatMap(violations);
  }
});

/** Rolled back whatever the machine's load: what explore() finds may have missed its deadline by that alone, and smaller ones not. */
const eventful: TransactionScript = {
  onCommitFailure: 'rollback',
  participants: [
    {
      remembersRollbacks: true,
      trouble: {
        prepare: ['slow: done after 150 ms'],
        commit: ['failed: 500', 'busy: 503'],
        rollback: ['connection reset', 'none'],
      },
    },
    {
      remembersRollbacks: false,
      trouble: { prepare: ['refused: 409'], commit: ['refused: 409'], rollback: [] },
    },
    {
      remembersRollbacks: true,
      trouble: { prepare: ['done, answer dropped', 'none'], commit: [], rollback: ['busy: 503'] },
    },
  ],
  operators: [{ afterMs: 2000, does: 'retry', participant: 0 }],
};

function troublesOf(script: TransactionScript | undefined): number {
  const lists = script?.participants.flatMap(p => Object.values(p.trouble)) ?? [];
  return lists.flat().length + (script?.operators.length ?? 0);
}
