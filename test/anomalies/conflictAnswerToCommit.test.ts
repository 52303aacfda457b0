/** PROTOCOL §2: 409 to commit is no way out after a yes. It is retried, raises attention, and never becomes a rollback (I2). */
import { quick } from '../support/quick';
import { expectAllAsDecided, gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it.each([409, 404, 410, 400])(
  'retries a commit that is answered %i, and asks for attention',
  async status => {
    const { dtc, participants } = world;
    const mended = gate();
    let broken = true;
    void mended.passed.then(() => (broken = false));
    const a = statefulParticipant(participants, 'a');
    const b = statefulParticipant(participants, 'b', {
      fault: r => (r.phase === 'commit' && broken ? { instead: status } : undefined),
    });
    const { id } = await dtc.start([a.url, b.url]);
    const raised = await dtc.until(id, d => d.needsAttention);
    expect(raised).toMatchObject({ status: 'pending', decision: 'commit', state: 'committing' });
    expect(raised.participants[1]).toMatchObject({
      state: 'committing',
      lastError: { message: `answered ${status}` },
    });
    const asked = participants.requests(id, 'b', 'commit').length;
    await eventually(() => participants.requests(id, 'b', 'commit').length > asked);
    mended.open();
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document).toMatchObject({ status: 'committed', needsAttention: false });
    expect(participants.requests(id, undefined, 'rollback')).toEqual([]);
    expectAllAsDecided(document, [a, b]);
  },
);
