/** Owns the set-up that most files share: a coordinator with its worker, and participants, for the tests of one file. */
import { type TestCoordinator, type TestOptions, startCoordinator } from './coordinator';
import { type Participants, startParticipants } from './participants';

export interface World {
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
}

const warmUp = { timeoutMs: 30_000 };

/** Called where tests are declared; the members are there once tests run. */
export function useWorld(options: TestOptions = {}): World {
  const world: { dtc?: TestCoordinator; participants?: Participants } = {};
  beforeAll(async () => {
    world.participants = await startParticipants();
    world.dtc = await startCoordinator(options);
    // the first transaction of a worker takes long, and tests have short deadlines
    if (options.apiOnly !== true)
      await world.dtc.run({ ...warmUp, participants: [world.participants.url('warm')] });
  });
  afterAll(async () => {
    await world.dtc?.close();
    await world.participants?.close();
  });
  return world as World;
}
