/** PROTOCOL §3, the ids of events: a number that the document itself gives, and that grows with all that adds up. */
import { changesOf, toldOf } from '../../src/protocol/client/changes';
import { type ParticipantState, type TransactionDocument } from '../../src/protocol/client/document';

type Change = Partial<Omit<TransactionDocument, 'participants'>> & {
  readonly states?: readonly ParticipantState[];
};

/** The documents of one transaction, each with what differs from the one before. */
function documents(changes: readonly Change[]): TransactionDocument[] {
  let document: TransactionDocument = {
    ...{ id: 'testt1', status: 'pending', state: 'preparing', decision: null, needsAttention: false },
    ...{ createdAt: '2025-01-01T00:00:00.000Z', decideBy: '2025-01-01T00:01:00.000Z', participants: [] },
  };
  return changes.map(({ states, ...change }) => {
    const participants = states?.map((state, at) => ({
      ...{ name: `p${at + 1}`, url: 'http://a/prepare', state, attempts: 0 },
    }));
    document = { ...document, ...change, participants: participants ?? document.participants };
    return document;
  });
}

const endedAt = '2025-01-01T00:00:02.000Z';
const run = { at: endedAt, from: 'r1', why: 'terminated' };
const commits: Change[] = [
  { states: ['preparing', 'preparing'] },
  { states: ['prepared', 'preparing'] },
  { state: 'committing', decision: 'commit', states: ['committing', 'committing'] },
  { states: ['committed', 'committing'] },
];
const ends: Change = { status: 'committed', state: 'committed', needsAttention: false, endedAt };

it.each<[string, Change[]]>([
  ['commits', [...commits, { ...ends, states: ['committed', 'committed'] }]],
  [
    'waits for its locks',
    [
      { state: 'acquiringLocks', locks: [], states: ['waiting', 'waiting'] },
      { state: 'preparing' },
      ...commits,
      { ...ends, states: ['committed', 'committed'] },
    ],
  ],
  ['needs attention', [...commits, { needsAttention: true }, { ...ends, states: ['committed', 'forced'] }]],
  [
    'is taken up again',
    [
      ...commits,
      { state: 'interrupted', needsAttention: true },
      { state: 'committing', needsAttention: false, recoveries: [run] },
      { state: 'interrupted', needsAttention: true },
      { state: 'committing', needsAttention: false, recoveries: [run, run] },
      { ...ends, states: ['committed', 'committed'] },
    ],
  ],
  [
    'rolls back, is reported so, and ends later',
    [
      ...commits.slice(0, 2),
      { states: ['prepared', 'unanswered'] },
      { state: 'rollingBack', decision: 'rollback', states: ['rollingBack', 'rollingBack'] },
      { status: 'rolledback' },
      { states: ['rolledback', 'rollingBack'] },
      { needsAttention: true },
      { needsAttention: false, states: ['rolledback', 'rolledback'] },
      { state: 'rolledback', endedAt },
    ],
  ],
  [
    'gives commits up',
    [
      ...commits.slice(0, 2),
      { state: 'committing', decision: null, states: ['committing', 'committing'] },
      { states: ['committed', 'committing'] },
      {
        ...{ state: 'rollingBack', decision: 'rollback', reason: { code: 'commitFailure' } },
        states: ['committed', 'rollingBack'],
      },
      { status: 'rolledback', state: 'rolledback', endedAt, states: ['committed', 'rolledback'] },
    ],
  ],
])('grows with each change of one that %s', (_, changes) => {
  const all = documents(changes);
  const numbers = all.map(changesOf);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  for (const [at, document] of all.slice(1).entries()) expect(toldOf(document)).not.toBe(all.map(toldOf)[at]);
});

it('is of what events tell, and of nothing else', () => {
  const [before, after] = documents([
    { states: ['preparing'] },
    { labels: { order: '12' }, decideBy: '2025-01-01T00:02:00.000Z' },
  ]);
  expect(before && changesOf(before)).toBe(after && changesOf(after));
  expect(before && toldOf(before)).toBe(after && toldOf(after));
});
