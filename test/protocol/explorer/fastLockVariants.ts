/** Owns the broken variants of locks that are acquired within the first task and released within the last; as in `variants.ts`, each breaks the core in one place. */
import { exploration } from './scenarios';
import { type Variant } from './variant';

const once = { prepareAttempts: 1, completionAttempts: 1, locks: 2, fast: true };
const noOperator = { abort: 0, retryNow: 0, resolve: 0 };
const firstRound = 'transaction/firstRound.ts';
const firstLocks = 'transaction/firstLocks.ts';
const lastTask = 'transaction/lastTask.ts';

const twoLocks = exploration('', ['remembers'], once);
const aborting = exploration('', ['votesNo'], {
  ...once,
  faults: 1,
  operator: { ...noOperator, abort: 1 },
});

const resolving = exploration('', ['remembers'], { ...once, operator: { ...noOperator, resolve: 1 } });

export const fastLockVariants: readonly Variant[] = [
  {
    name: 'prepare before all locks are held, where some were acquired within the first task',
    patches: [
      {
        file: 'transaction/locking.ts',
        find: 'if (missingLocks(t).length === 0)',
        replace: 'if (missingLocks(t).length <= 1)',
      },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'a first task with locks that is given out again counts nobody as asked for a vote',
    patches: [
      {
        file: firstRound,
        find: 'return withParticipants(reached, p => ({ ...p, exposure: { ...p.exposure, prepare: unknownExposure } }));',
        replace: 'return reached;',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: twoLocks,
  },
  {
    name: 'a first task that is given out again counts no lock as asked',
    patches: [
      {
        file: firstRound,
        find: 'const reached = allReached(t);',
        replace: 'const reached = t;',
      },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'a lock that was being asked when the bound passed counts as not asked',
    patches: [
      {
        file: firstLocks,
        find: 'asked ? ({ repeated: true } as const) : {}',
        replace: '{}',
      },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'the first task leaves one lock too few',
    patches: [
      {
        file: firstLocks,
        find: 'locks.slice(held.length)',
        replace: 'locks.slice(held.length + 1)',
      },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'locks are released in the task of an end that an update has brought',
    patches: [{ file: lastTask, find: ' && !updated;', replace: ';' }],
    caughtBy: ['I12'],
    exploration: resolving,
  },
  {
    name: 'locks are released in the task of any end',
    patches: [
      { file: lastTask, find: "event.type === 'callsEnded' && event.phase !== 'prepare';", replace: 'true;' },
      { file: lastTask, find: ' && !updated;', replace: ';' },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'locks are released in a first task that ends',
    patches: [
      { file: lastTask, find: " && event.phase !== 'prepare';", replace: ';' },
      { file: lastTask, find: ' && !isFirst', replace: '' },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'locks are released while a late rollback is owed',
    patches: [
      {
        file: 'transaction/state.ts',
        find: 'return p.exposure.prepare.reached && (!isSettled(p) || owesLateRollback(p));',
        replace: 'return p.exposure.prepare.reached && !isSettled(p);',
      },
    ],
    caughtBy: ['I4', 'I12', 'inDoubt'],
    exploration: twoLocks,
  },
];
