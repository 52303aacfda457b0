/** The tag of a document is that of what is decided on, and says what has changed since (PROTOCOL §3). */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { changesSince, etagOf } from '../../src/protocol/client/etag';
import { at, committing } from '../support/committing';

const seen = committing({ state: 'committed', attempts: 1 });

type Participant = TransactionDocument['participants'][number];

const withP2 = (change: Partial<Participant>): TransactionDocument => ({
  ...seen,
  participants: seen.participants.map(p => (p.name === 'p2' ? { ...p, ...change } : p)),
});

const forced = (outcome: string): Partial<Participant> => ({
  state: 'forced',
  forced: { outcome, by: 'alice', reason: 'gone', at },
});

it('stays while somebody is tried again and people ask for it', () => {
  const tried = withP2({
    attempts: 8,
    nextAttemptAt: at,
    lastError: { code: 'http', status: 503, message: 'busy', at },
  });
  expect(etagOf({ ...tried, actions: [{ action: 'retryNow', by: 'bob', at }] })).toBe(etagOf(seen));
});

it.each<[string, TransactionDocument, object[]]>([
  ['state', { ...seen, state: 'rollingBack' }, [{ member: 'state', was: 'committing', is: 'rollingBack' }]],
  ['status', { ...seen, status: 'committed' }, [{ member: 'status', was: 'pending', is: 'committed' }]],
  ['decision', { ...seen, decision: null }, [{ member: 'decision', was: 'commit', is: 'none' }]],
  ['heuristic', { ...seen, heuristic: 'mixed' }, [{ member: 'heuristic', was: 'none', is: 'mixed' }]],
  ['attention', { ...seen, needsAttention: false }, [{ member: 'needsAttention', was: 'true', is: 'false' }]],
  ['its end', { ...seen, endedAt: at }, [{ member: 'ended', was: 'false', is: 'true' }]],
  [
    'a late rollback',
    { ...seen, lateRollback: { at, participants: ['p2'], why: '' } },
    [{ member: 'lateRollback', was: 'false', is: 'true' }],
  ],
  ['a pause', { ...seen, paused: { unpause: '' } }, [{ member: 'paused', was: 'false', is: 'true' }]],
  [
    'a stall',
    { ...seen, stalled: { tries: 3, error: { code: 'failed', message: '' }, whatToDo: '' } },
    [{ member: 'stalled', was: 'false', is: 'true' }],
  ],
  [
    'a participant',
    withP2({ state: 'committed' }),
    [{ member: 'state', participant: 'p2', was: 'committing', is: 'committed' }],
  ],
  [
    'how one was forced',
    withP2(forced('rolledback')),
    [{ member: 'state', participant: 'p2', was: 'committing', is: 'forced rolledback' }],
  ],
  [
    'a contradiction',
    withP2({ contradiction: { answer: 'rollback', at } }),
    [{ member: 'state', participant: 'p2', was: 'committing', is: 'committing, answered rollback' }],
  ],
])('changes with %s, and says so', (_, now, changes) => {
  expect(etagOf(now)).not.toBe(etagOf(seen));
  expect(changesSince(etagOf(seen), now)).toEqual(changes);
});

it('tells one way to force from another', () => {
  const tags = ['committed', 'rolledback', 'unknown'].map(outcome => etagOf(withP2(forced(outcome))));
  expect(new Set(tags).size).toBe(3);
});

it('is a strong tag of a few characters', () => {
  expect(etagOf(seen)).toMatch(/^"[\x21\x23-\x7e]{10,60}"$/);
});

it('knows no tag of another transaction, of another version, and none that somebody made up', () => {
  const other = { ...seen, id: '01a20d11t01a20d13a27178d3bf0fa999be3bbc3e' };
  expect(etagOf(other)).not.toBe(etagOf(seen));
  for (const tag of [etagOf(other), etagOf(seen).replace('"1.', '"2.'), '"x"', '""'])
    expect(changesSince(tag, seen)).toBeUndefined();
});
