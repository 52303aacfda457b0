/**
 * The stored form of a transaction's state stands in history: each version that was ever written can be taken up again. The
 * files in `stored` are what terminated runs told of themselves; a new version adds files and changes none.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resume } from '../../src/protocol/transaction/resume';
import { readStored, store } from '../../src/protocol/transaction/stored';
import { glance, keys, seen } from '../protocol/transactions';

const recovery = { at: 1_795_530_900_000, from: 'a-run', why: 'terminated' };

const read = (name: string, version = 1): unknown =>
  JSON.parse(readFileSync(join(__dirname, `stored/version-${version}-${name}.json`), 'utf8'));

test.each([
  ['preparing', 'rollingBack (pending): p1 rollingBack, p2 rollingBack', ['rollback round', 'quiet']],
  [
    'needs-attention',
    'committing (pending, needs attention): hotel committed, p2 committing',
    ['commit p2 #6'],
  ],
  [
    'provisional-commit',
    'committing (pending): p1 committing, p2 committing',
    ['commit p1 #3', 'commit p2 #3'],
  ],
  ['until-it-is-quiet', 'rollingBack (rolledback): p1 rolledback, p2 rolledback', ['quiet']],
])('version 1 goes on: %s', (name, looks, wants) => {
  const t = resume(readStored(read(name)), recovery);
  expect(glance(t)).toBe(looks);
  expect(keys(t)).toEqual(wants);
  expect(seen(t).recoveries).toEqual([{ ...recovery, at: '2026-11-24T14:35:00.000Z' }]);
});

test('version 3 goes on, and tells no more of what it has told', () => {
  const t = resume(readStored(read('needs-attention-and-has-told', 3)), recovery);
  expect(glance(t)).toMatch(/^committing \(pending, needs attention\)/);
  expect(t.notices).toMatchObject([{ event: 'attention', started: true }]);
  expect(keys(t)).toEqual([expect.stringMatching(/^commit p2 #/)]);
  expect(store(t).version).toBe(3);
});

test('what is stored is what is read, payloads and actions too, and once', () => {
  const t = readStored(read('needs-attention'));
  expect(t.participants[0]?.target.payload).toEqual({ nights: 2 });
  expect(t.actions).toMatchObject([{ action: 'retryNow', by: 'anonymous' }]);
  expect(JSON.stringify(store(t)).match(/nights/g)).toHaveLength(1);
  expect(readStored(JSON.parse(JSON.stringify(store(t))))).toEqual(t);
});

test.each([
  ['a newer version', { version: 4, transaction: {} }, 'not 4: run a newer worker'],
  ['nothing', undefined, 'not undefined: run a newer worker'],
  [
    'something else',
    { version: 1, transaction: { id: 'x', stage: 'preparing' } },
    'not a transaction of version 1',
  ],
])('is refused where it is %s', (_, stored, message) => {
  expect(() => readStored(stored)).toThrow(message);
});
