/** Owns what tests of `temporal workflow pause` run on: a Temporal server of their own, since pausing has to be allowed there, and a coordinator on it. */
import { type TestCoordinator, type TestOptions, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, startParticipants } from '../support/participants';
import { quick } from '../support/quick';

export interface Pausing {
  readonly server: OwnServer;
  readonly participants: Participants;
  readonly dtc: TestCoordinator;
  close(): Promise<void>;
}

/** The CLI of `temporalCli.ts` asks this server too from then on: a file that calls it runs by itself (`test/groups/grouping.mjs`). */
export async function startPausing({ limits, ...options }: TestOptions = {}): Promise<Pausing> {
  const server = await startOwnServer('frontend.WorkflowPauseEnabled=true');
  process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
  const participants = await startParticipants();
  const dtc = await startCoordinator({
    ...options,
    limits: { ...quick, transactionTimeoutMs: 120_000, ...limits },
  });
  return {
    ...{ server, participants, dtc },
    close: async () => {
      await dtc.close();
      await participants.close();
      await server.stop();
    },
  };
}
