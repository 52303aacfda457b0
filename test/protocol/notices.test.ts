/** Which of its events a transaction has somebody told, when, and once each (I2, I5, I10); and that a core which tells too soon is found. */
import { apply, type begin } from '../../src/protocol/transaction/apply';
import { resume } from '../../src/protocol/transaction/resume';
import { type Transaction } from '../../src/protocol/transaction/state';
import { readStored, store } from '../../src/protocol/transaction/stored';
import { wanted } from '../../src/protocol/transaction/wanted';
import { type NotifyEvent, notifyEvents } from '../../src/protocol/wire/notification';
import { beginInput, firstState, mayBeFast } from '../../workflows/transaction/input';
import { type Patch, patchedModules } from './exploring/patched';
import { accepted, after, begun, came, ended } from './transactions';

const terms = { timeoutMs: 1000, initialMs: 1, maxMs: 10, forMs: 100 };

const notify = { url: 'http://shop/told', on: ['outcome'], terms } as const;
const locks = { asked: [{ resource: 'r', mode: 'exclusive' }], by: 1000 } as const;

function telling(...on: NotifyEvent[]): Transaction {
  return begun({ notify: { url: 'http://shop/told', on, terms } });
}

const told = (t: Transaction): string[] =>
  wanted(t).flatMap(each => (each.do === 'tell' ? [`${each.notice.event} ${each.notice.at}`] : []));

const voted = (t: Transaction): Transaction => after(t, 'prepare', { p1: came.yes, p2: came.yes }, 1000);
const committed = (t: Transaction): Transaction =>
  after(voted(t), 'commit', { p1: came.done, p2: came.done }, 2000);
const started = (t: Transaction, event: NotifyEvent): Transaction =>
  apply(t, { type: 'noticeStarted', event }, 3000);

test('an outcome is told once the status is another than pending, not at the decision', () => {
  const decided = voted(telling('outcome'));
  expect(decided.decision).toBe('commit');
  expect(told(decided)).toEqual([]);
  expect(told(committed(telling('outcome')))).toEqual(['outcome 2000']);
});

test('each of several events is told, under a key that says which transaction and event it is', () => {
  const t = committed(telling('outcome', 'end'));
  const keys = wanted(t).map(({ key }) => key);
  expect(keys).toEqual(['notification:tx:outcome', 'notification:tx:end']);
});

test('what is told stays wanted until its workflow is there, then is not told again', () => {
  const one = started(committed(telling('outcome', 'end')), 'outcome');
  expect(told(one)).toEqual(['end 2000']);
  expect(told(started(one, 'end'))).toEqual([]);
});

test('attention is told the first time alone', () => {
  const needing = after(voted(telling('attention')), 'commit', { p1: came.done, p2: came.silent }, 2000);
  const spent = after(needing, 'commit', { p2: came.spent }, 3000);
  expect(told(spent)).toEqual(['attention 3000']);
  const over = after(started(spent, 'attention'), 'commit', { p2: came.done }, 5000);
  expect(over.stage).toBe('ended');
  expect(told(over)).toEqual([]);
});

test('an outcome of which nobody holds the report back is told before the end', () => {
  const silent = after(telling('outcome', 'end'), 'prepare', { p1: came.no, p2: came.silent }, 1000);
  const rolled = after(silent, 'rollback', { p1: came.done, p2: came.silent }, 2000);
  expect(told(rolled)).toEqual(['outcome 2000']);
});

test('one that has nobody to tell is as ever', () => {
  const t = committed(begun());
  expect(t).not.toHaveProperty('notices');
  expect(store(t).version).toBe(1);
  expect(wanted(t)).toEqual([]);
});

test.each([
  { has: 'nobody to tell', plan: {}, versions: [1, 4], fast: true },
  { has: 'locks', plan: { locks }, versions: [5, 7], fast: true },
  { has: 'somebody to tell', plan: { notify }, versions: [6, 6], fast: true },
  { has: 'locks and somebody to tell', plan: { locks, notify }, versions: [6, 6], fast: false },
])(
  'is of a version that older workers leave to newer ones, where it has $has',
  ({ plan, versions, fast }) => {
    const inputs = [false, true].map(hasWorker => beginInput(accepted(['p1'], plan), { hasWorker }));
    expect(inputs.map(({ version }) => version)).toEqual(versions);
    expect(inputs.map(mayBeFast)).toEqual([false, fast]);
  },
);

test('a first task that was given out before counts everybody as asked, as without anybody to tell', () => {
  const input = beginInput(accepted(['p1'], { notify }), { hasWorker: true });
  const reached = [3, 6].map(
    historyLength =>
      firstState('tx', input, { now: 0, historyLength }).participants[0]?.exposure.prepare.reached,
  );
  expect(reached).toEqual([false, true]);
});

test('a run that takes it up again tells what is not known to be told, and that alone', () => {
  const left = store(started(committed(telling('outcome', 'end')), 'outcome'));
  expect(left.version).toBe(3);
  const recovery = { at: 9000, from: 'run', why: 'terminated' };
  expect(told(resume(readStored(left), recovery))).toEqual(['end 2000']);
});

test('a recovery that rolls back tells of that outcome', () => {
  const before = readStored(store(telling('outcome')));
  const resumed = resume(before, { at: 9000, from: 'run', why: 'terminated' });
  const rolled = after(resumed, 'rollback', { p1: came.done, p2: came.done }, 9500);
  expect(told(rolled)).toEqual(['outcome 9500']);
});

/** Each is a careless change, and is found by the core's own assertions at the first step. */
const notices = 'transaction/notices.ts';
test.each<{ what: string; patch: Patch; broken: string }>([
  {
    what: 'an outcome told at the decision',
    patch: {
      file: notices,
      find: "statusOf(t) !== 'pending'",
      replace: 't.decision !== undefined',
    },
    broken: 'I5',
  },
  {
    what: 'an outcome told with the first vote',
    patch: { file: notices, find: "statusOf(t) !== 'pending'", replace: 'true' },
    broken: 'I5',
  },
  {
    what: 'an end told with the outcome',
    patch: { file: notices, find: "t.stage === 'ended'", replace: 't.decision !== undefined' },
    broken: 'I5',
  },
  {
    what: 'a notice that is forgotten when the next comes',
    patch: { file: notices, find: 'notices: [...notices, ...fresh.map(', replace: 'notices: [...fresh.map(' },
    broken: 'I10',
  },
])('$what is found', ({ patch, broken }) => {
  const at = patchedModules([patch]);
  const core = at('transaction/apply.ts') as { apply: typeof apply; begin: typeof begin };
  const play = (): Transaction => {
    const plan = accepted(['p1', 'p2'], { notify: { url: 'http://shop/told', on: notifyEvents, terms } });
    let t = core.begin('tx', plan);
    const step = (phase: 'prepare' | 'commit', by: Parameters<typeof ended>[2]): void => {
      t = core.apply(t, ended(t, phase, by), 1000);
    };
    step('prepare', { p1: came.yes, p2: came.yes });
    step('commit', { p1: came.done, p2: came.silent });
    step('commit', { p2: came.spent });
    step('commit', { p2: came.done });
    return t;
  };
  expect(play).toThrow(expect.objectContaining({ invariant: broken }) as Error);
});
