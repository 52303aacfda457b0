/** A reset says nothing about what happened: it is no vote (I8) and no acknowledgement (I5), whether work was done or not. */
import { quick } from '../support/quick';
import { type Fault, expectAllAsDecided, reset, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

describe.each<[string, Fault]>([
  ['before the work was done', { instead: reset }],
  ['after the work was done', { answer: reset }],
])('%s', (_when, fault) => {
  it('asks again when the connection is reset in prepare', async () => {
    const { dtc, participants } = world;
    const a = statefulParticipant(participants, 'a');
    const b = statefulParticipant(participants, 'b', {
      fault: r => (r.phase === 'prepare' && r.nth === 1 ? fault : undefined),
    });
    const document = await dtc.run([a.url, b.url]);
    expect(document.status).toBe('committed');
    expect(participants.phases(document.id, 'b')).toEqual(['prepare', 'prepare', 'commit']);
    expectAllAsDecided(document, [a, b]);
  });

  it('commits again when the connection is reset in commit', async () => {
    const { dtc, participants } = world;
    const a = statefulParticipant(participants, 'a');
    const b = statefulParticipant(participants, 'b', {
      fault: r => (r.phase === 'commit' && r.nth < 3 ? fault : undefined),
    });
    const document = await dtc.run([a.url, b.url]);
    expect(document.status).toBe('committed');
    expect(participants.phases(document.id, 'b')).toEqual(['prepare', 'commit', 'commit', 'commit']);
    expectAllAsDecided(document, [a, b]);
  });

  it('rolls back again when the connection is reset in rollback', async () => {
    const { dtc, participants } = world;
    const a = statefulParticipant(participants, 'a', {
      fault: r => (r.phase === 'rollback' && r.nth < 3 ? fault : undefined),
    });
    const no = statefulParticipant(participants, 'no', {
      fault: r => (r.phase === 'prepare' ? { instead: 409 } : undefined),
    });
    const document = await dtc.run([a.url, no.url]);
    expect(document.status).toBe('rolledback');
    expect(participants.phases(document.id, 'a')).toEqual(['prepare', 'rollback', 'rollback', 'rollback']);
    expectAllAsDecided(document, [a, no]);
  });
});
