/** Owns the conformance check over HTTP, run on the account service: what others are measured by, the kit has to pass. */
import { type ParticipantOptions, type Participant } from '../../../src/participant';
import { checkParticipant } from '../../../src/checkParticipant/checkParticipant';
import { type Rig } from './rig';
import { serve } from './service';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

export function itConforms(makeRig: () => Promise<Rig>): void {
  it('passes every check of the conformance check, restarts and signatures among them', async () => {
    const rig = await makeRig();
    const options: ParticipantOptions = { secrets: [secret] };
    let life = await rig.open(options);
    const current: Pick<Participant, 'handle'> = { handle: request => life.handle(request) };
    const service = await serve(current as Participant);
    try {
      const report = await checkParticipant({
        prepareUrl: `${service.base}/prepare`,
        payload: { amount: 1 },
        refusedPayload: { amount: 1_000 },
        secret,
        restart: async () => void (life = await rig.open(options)),
      });
      expect(report.checks.filter(each => each.result !== 'passed')).toEqual([]);
      expect(report.checks.flatMap(each => each.unsettled)).toEqual([]);
    } finally {
      await service.close();
      await rig.dispose();
    }
  });
}
