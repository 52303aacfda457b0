/** The long run of the property, with every workflow cached and with none. */
import { type Participants, startParticipants } from '../support/participants';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { quick } from '../support/quick';
import { type Scene } from './play';
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
    expectHolds(await explore(scene, { runs: 10, transactions: 40, withinMs: 300_000 }));
  });
});
