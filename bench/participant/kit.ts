/** Owns one participant of the kit under measurement: called like the coordinator calls it, but for the network. */
import { createParticipant, type ParticipantWork } from '../../src/participant';
import { timedId } from '../../src/protocol/wire/ids';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { type Phase } from '../../src/protocol/wire/phases';

export interface KitUnderTest {
  /** One prepare and one commit. */
  transaction(account: number): Promise<void>;
  close(): Promise<void>;
}

export async function kitUnderTest<Tx>(work: ParticipantWork<Tx>): Promise<KitUnderTest> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const participant = await createParticipant({ ...work, log: silent });
  const call = async (phase: Phase, transactionId: string, payload: number): Promise<void> => {
    const asked = { transactionId, participant: 'p1', phase, decideBy: Date.now() + 60_000, payload };
    const request = new Request(`http://bench.test/${phase}`, {
      method: 'POST',
      headers: participantHeaders(asked),
      body: participantBody(asked),
    });
    const { status } = await participant.handle(request);
    if (status !== 200) throw new Error(`${phase} was answered ${status}`);
  };
  return {
    transaction: async account => {
      const id = timedId('bench', Date.now());
      await call('prepare', id, account);
      await call('commit', id, account);
    },
    close: () => participant.close(),
  };
}
