/** What a line of log says of a transaction: whom it is about and where that runs, and nothing of a URL that may be secret (I11). */
import { apply } from '../../src/protocol/transaction/apply';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type LogLine, logLines } from '../../workflows/transaction/logLines';
import { after, begun, came, committing, refused } from '../protocol/transactions';

function lines(before: Transaction, now: Transaction): LogLine[] {
  const found = logLines(before, now);
  expect(JSON.stringify(found)).not.toContain('secret');
  return found;
}

it('names the host of whom a rollback is for', () => {
  expect(lines(begun(), refused())).toMatchObject([
    { message: 'decided rollback', fields: { reason: { participant: 'p2' }, host: 'p2' } },
  ]);
});

it('names no host where a decision is for nobody in particular', () => {
  const [line] = lines(begun(), committing());
  expect(line?.message).toBe('decided commit');
  expect(line?.fields).not.toHaveProperty('host');
});

it('names the host that a request of the phase goes to where attention is needed', () => {
  const before = elsewhere(committing());
  const now = after(before, 'commit', { p1: came.done, p2: came.spent });
  expect(lines(before, now)).toMatchObject([
    { message: 'needs attention: still trying', fields: { participant: 'p2', host: 'commits.example:9001' } },
  ]);
});

it('names the host of whom an operator settles, and none for a name that nobody has', () => {
  const before = elsewhere(committing());
  const resolve = (participant: string): Transaction =>
    apply(
      before,
      { type: 'resolve', participant, outcome: 'committed', reason: 'seen there', by: 'ops' },
      1000,
    );
  expect(lines(before, resolve('p2'))).toMatchObject([
    { message: 'resolve applied', fields: { participant: 'p2', host: 'commits.example:9001' } },
  ]);
  const [line] = lines(before, resolve('p9'));
  expect(line).toMatchObject({ message: 'resolve ignored', fields: { participant: 'p9' } });
  expect(line?.fields).not.toHaveProperty('host');
});

/** p2 takes commits at another host than prepares. */
function elsewhere(t: Transaction): Transaction {
  const participants = t.participants.map(p =>
    p.target.name === 'p2'
      ? { ...p, target: { ...p.target, commitUrl: 'http://u:secret@commits.example:9001/x?key=secret' } }
      : p,
  );
  return { ...t, participants };
}
