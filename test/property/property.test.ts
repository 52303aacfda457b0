/** A short run of the property; property.long.ts is the long one. */
import { useWorld } from '../support/world';
import { type Scene, lie, play } from './play';
import { explore } from './property';
import { type TransactionScript, limits } from './script';
import { violations } from './verdict';

const world = useWorld({ limits, own: true });

it('keeps every transaction atomic, whatever participants, operators and restarts do', async () => {
  expect(await explore(world, { runs: 2, transactions: 8 })).toBeUndefined();
}, 150_000);

const calm = { remembersRollbacks: true, trouble: { prepare: [], commit: [], rollback: [] } } as const;
const refuses = { ...calm, trouble: { ...calm.trouble, prepare: ['refused: 409'] } } as const;
const commits: TransactionScript = { onCommitFailure: 'retry', participants: [calm, calm], operators: [] };
const rollsBack: TransactionScript = { ...commits, participants: [calm, refuses] };

/** The property can fail: a participant does nothing and says that it did. */
it.each([
  ['commit', commits, 'holds prepared after commit'],
  ['rollback', rollsBack, 'holds prepared after rollback'],
  ['prepare', commits, 'not ended'],
])('does not hold of a participant that lies about %s', async (phase, script, what) => {
  const liar: Scene = { ...world, wrong: r => (r.phase === phase ? lie : undefined), endsWithinMs: 5000 };
  const [seen] = await play(liar, { transactions: [script], restartsAfterMs: [] });
  expect(seen && violations(seen).join('\n')).toContain(what);
});
