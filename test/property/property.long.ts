/** The long run of the property, and what shows that it finds what it is for and shrinks it to a readable script. */
import { bundleWith } from '../replay/bundles';
import { type Participants, startParticipants } from '../support/participants';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { quick } from '../support/quick';
import { type Scene, lie } from './play';
import { expectHolds, explore } from './property';

describe.each([
  ['with cached workflows', undefined],
  ['replaying at every step', 0],
])('%s', (_name, maxCachedWorkflows) => {
  let scene: Scene & { dtc: TestCoordinator; participants: Participants };
  beforeAll(async () => {
    const cache = maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows };
    scene = {
      dtc: await startCoordinator({ limits: quick, ...cache }),
      participants: await startParticipants(),
    };
  });
  afterAll(async () => {
    await scene.dtc.close();
    await scene.participants.close();
  });

  it('keeps every transaction atomic, whatever participants, operators and restarts do', async () => {
    expectHolds(await explore(scene, { runs: 14, transactions: 40, withinMs: 300_000 }));
  });
});

describe('finds and shrinks', () => {
  let participants: Participants;
  let dtc: TestCoordinator;
  beforeAll(async () => {
    participants = await startParticipants();
    dtc = await startCoordinator({ limits: quick, apiOnly: true });
  });
  afterEach(() => dtc.stopWorker());
  afterAll(async () => {
    await dtc.close();
    await participants.close();
  });

  it('a participant that acknowledges a rollback and stays prepared', async () => {
    await dtc.startWorker();
    const scene: Scene = { dtc, participants, wrong: r => (r.phase === 'rollback' ? lie : undefined) };
    const { details } = await explore(scene, { runs: 5, transactions: 20, withinMs: 60_000 });
    expect(details.failed).toBe(true);
    const [smallest] = details.counterexample ?? [];
    expect(smallest?.transactions).toHaveLength(1);
    process.stdout.write(`shrunk to ${JSON.stringify(smallest)}\n`);
  });

  it('a coordinator without the late rollback of I4', async () => {
    const change = {
      what: 'nobody is owed a late rollback',
      replace: /function owesLateRollback\(p\) \{/,
      by: 'function owesLateRollback(p) { return false;',
    };
    const workflowCode = bundleWith(change);
    await dtc.startWorker(workflowCode);
    const scene = { dtc, participants, workflowCode };
    const { details } = await explore(scene, { runs: 10, transactions: 40, withinMs: 60_000 });
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toContain('prepared');
  });
});
