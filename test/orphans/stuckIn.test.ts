/** Which documents a report calls stuck. */
import { stuckIn } from '../../src/coordinator/orphans/stuck';
import { documentOf } from '../../src/protocol/transaction/document';
import { after, begun, came } from '../protocol/transactions';

const stalled = {
  tries: 4,
  error: { code: 'failed', message: 'no such history' },
  whatToDo: 'reset it',
  command: 'temporal workflow reset',
} as const;
const preparing = documentOf(begun());
const voted = after(begun(), 'prepare', { p1: came.yes, p2: came.yes }, 1000);
const ended = documentOf(after(voted, 'commit', { p1: came.done, p2: came.done }, 2000));
const createdAt = Date.parse(preparing.createdAt);

it('is one that has no outcome for too long, and none that is younger', () => {
  expect(stuckIn(preparing, createdAt + 1)).toMatchObject({ state: 'preparing' });
  expect(stuckIn(preparing, createdAt)).toBeUndefined();
});

it('is one that has ended and cannot do what is left, and no other that has ended', () => {
  expect(ended.endedAt).toBeDefined();
  expect(stuckIn(ended, createdAt + 1)).toBeUndefined();
  const found = stuckIn({ ...ended, needsAttention: true, stalled }, createdAt + 1);
  expect(found).toMatchObject({ state: 'committed', needsAttention: true, stalled: true });
  expect(found?.command).toBe('temporal workflow reset');
  expect(found?.detail).toContain('reset it');
});

it('is one that somebody has paused, with what lets it go on', () => {
  const paused = { unpause: 'temporal workflow unpause' };
  const found = stuckIn({ ...preparing, needsAttention: true, paused }, createdAt);
  expect(found).toMatchObject({ stalled: true, command: 'temporal workflow unpause' });
  expect(stuckIn({ ...ended, needsAttention: true, paused }, createdAt)).toMatchObject({
    state: 'committed',
  });
});

it('is none that is interrupted: that is told apart', () => {
  expect(
    stuckIn({ ...preparing, state: 'interrupted', needsAttention: true }, createdAt + 1),
  ).toBeUndefined();
});
