/** Owns the conformance check over HTTP, run on the account service: what others are measured by, the kit has to pass. */
import { type ParticipantOptions, type Participant } from '../../../src/participant';
import { checkParticipant } from '../../../src/checkParticipant/checkParticipant';
import { participantSecret } from '../../../src/protocol/wire/signatures';
import { type Rig } from './rig';
import { serve } from './service';

const masterKey = `dtckey_${Buffer.alloc(32, 1).toString('base64')}`;

export function itConforms(makeRig: () => Promise<Rig>): void {
  it('passes every check of the conformance check, restarts and signatures among them', async () => {
    const rig = await makeRig();
    let life: Pick<Participant, 'handle'> | undefined;
    const current: Pick<Participant, 'handle'> = {
      handle: request => life?.handle(request) ?? Promise.reject(new Error('it has not begun')),
    };
    const service = await serve(current as Participant);
    const prepareUrl = `${service.base}/prepare`;
    const options: ParticipantOptions = { secrets: [participantSecret(masterKey, prepareUrl)] };
    const restart = async (): Promise<void> => void (life = await rig.open(options));
    await restart();
    try {
      const report = await checkParticipant({
        ...{ prepareUrl, masterKeys: [masterKey], restart },
        payload: { amount: 1 },
        refusedPayload: { amount: 1_000 },
      });
      expect(report.checks.filter(each => each.result !== 'passed')).toEqual([]);
      expect(report.checks.flatMap(each => each.unsettled)).toEqual([]);
    } finally {
      await service.close();
      await rig.dispose();
    }
  });
}
