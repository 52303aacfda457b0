/** docs/CONSOLE.md: what a transaction's page says first, and the rest of the console that needs no browser. */
import { hrefOf, placeOf } from '../../console/place';
import { scaleOf } from '../../console/scale';
import { outstanding, storyOf } from '../../console/story';
import { duration, relative } from '../../console/words';
import { type TransactionDocument } from '../../src/protocol/client/document';

const now = Date.parse('2026-01-01T00:00:10.000Z');

function document(change: Partial<TransactionDocument> = {}): TransactionDocument {
  return {
    ...{ id: 'testt1', status: 'pending', state: 'committing', decision: 'commit', needsAttention: false },
    createdAt: '2026-01-01T00:00:00.000Z',
    decideBy: '2026-01-01T00:01:00.000Z',
    decidedAt: '2026-01-01T00:00:01.000Z',
    participants: [
      { name: 'hotel', url: 'http://a/prepare', state: 'committed', attempts: 1 },
      { name: 'car', url: 'http://b/prepare', state: 'committing', attempts: 3 },
    ],
    ...change,
  };
}

/** What car's newest request came to. */
function failing(code: string): Partial<TransactionDocument> {
  const { participants } = document();
  const lastError = { code, message: 'answered 404', at: '2026-01-01T00:00:09.000Z' };
  return {
    needsAttention: true,
    participants: participants.map(p => (p.name === 'car' ? { ...p, lastError } : p)),
  };
}

const ended = { endedAt: '2026-01-01T00:00:05.000Z', status: 'committed', state: 'committed' } as const;

it.each<[string, Partial<TransactionDocument>, string, RegExp, RegExp]>([
  ['goes on by itself', {}, 'busy', /car has not acknowledged the commit/, /by itself/],
  ['needs attention', { needsAttention: true }, 'bad', /car has not/, /Get car running.*settle by hand/],
  [
    'is answered wrong',
    failing('unexpectedStatus'),
    'bad',
    /answered 404/,
    /^car runs, but gives the wrong.*by hand/,
  ],
  [
    'may not be asked',
    failing('policy'),
    'bad',
    /car has not/,
    /^This coordinator may not call car: see DTC_ALL/,
  ],
  ['ended', ended, 'good', /^Committed everywhere after 5 s\.$/, /Nothing/],
  ['ended otherwise', { ...ended, heuristic: 'mixed' }, 'odd', /ended otherwise/, /compare/],
  [
    'waits for votes',
    { state: 'preparing', decision: null, decidedAt: undefined as never },
    'busy',
    /waits for the votes of hotel and car/,
    /within 50 s/,
  ],
  [
    'waits for a lock',
    {
      ...{ state: 'acquiringLocks', decision: null },
      locks: [{ resource: 'rooms/7', mode: 'exclusive', state: 'waiting', heldBy: ['other'] }],
    },
    'busy',
    /lock rooms\/7, which other has/,
    /abort/,
  ],
  ['is interrupted', { state: 'interrupted', needsAttention: true }, 'bad', /from outside/, /sweep/],
  ['is paused', { paused: { unpause: 'temporal …' } }, 'bad', /paused/, /temporal …/],
])('says of one that %s what goes on, and what to do', (_, change, tone, what, todo) => {
  const story = storyOf(document(change), now);
  expect(story.tone).toBe(tone);
  expect(story.what).toMatch(what);
  expect(story.todo).toMatch(todo);
});

const late = (at: string, needsAttention = false): Partial<TransactionDocument> => ({
  ...{ status: 'rolledback', state: 'rollingBack', decision: 'rollback', needsAttention },
  participants: [
    { name: 'hotel', url: 'http://a/prepare', state: 'rolledback', attempts: 1 },
    { name: 'car', url: 'http://b/prepare', state: 'rolledback', attempts: 9 },
  ],
  lateRollback: { at, participants: ['car'], why: 'a prepare may arrive late' },
});

it('says of a late rollback when it is due, that it is, and who can be settled where it does not arrive', () => {
  const due = storyOf(document(late('2026-01-01T00:00:15.000Z')), now);
  expect([due.what, due.todo]).toEqual([
    expect.stringContaining('goes to car in 5 s'),
    expect.stringContaining('No action ends it sooner than then'),
  ]);
  const overdue = storyOf(document(late('2026-01-01T00:00:05.000Z')), now);
  expect(overdue.what).toContain('goes to car now');
  expect(overdue.todo).not.toContain('No action');
  const away = document(late('2026-01-01T00:00:05.000Z', true));
  expect(outstanding(away).map(({ name }) => name)).toEqual(['car']);
  expect(storyOf(away, now).todo).toMatch(/Get car running.*settle by hand/);
});

it('gives each phase a part of the width, and keeps within it', () => {
  const { at, from, to } = scaleOf(document(), now);
  const places = [from - 1, from, Date.parse('2026-01-01T00:00:01.000Z'), to, to + 1].map(at);
  expect(places).toEqual([0, 0, 35, 100, 100]);
});

it('keeps whatever stands in an address', () => {
  const query = { 'label.a': 'b & c=d/é', needsAttention: 'true' };
  expect(placeOf(hrefOf(['transactions', 'a/b'], query))).toEqual({ path: ['transactions', 'a/b'], query });
  expect(placeOf('#/locks/%ZZ').path).toEqual(['locks', '%ZZ']);
});

it('says how long in the units that matter', () => {
  expect([5, 59_999, 61_000, 3_660_000, 90_000_000].map(duration)).toEqual([
    ...['5 ms', '59 s', '1 min', '1 h 1 min', '1 d 1 h'],
  ]);
  expect(relative('2026-01-01T00:00:15.000Z', now)).toBe('in 5 s');
});
