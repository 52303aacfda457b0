/** Owns the broken variants of how a transaction handles its locks; as in `variants.ts`, each breaks the core in one place. */
import { exploration } from './scenarios';
import { type Variant } from './variant';

const once = { prepareAttempts: 1, completionAttempts: 1, locks: 2 };
const noOperator = { abort: 0, retryNow: 0, resolve: 0 };
const locking = 'transaction/locking.ts';
const resume = 'transaction/resume.ts';
const due = "if (stage !== 'ended' || locking === undefined || locking.released) return [];";

const twoLocks = exploration('', ['remembers'], once);
const aborting = exploration('', ['remembers'], { ...once, operator: { ...noOperator, abort: 1 } });
const terminated = exploration('', ['remembers'], { ...once, recoveries: 1 });

export const lockVariants: readonly Variant[] = [
  {
    name: 'prepare before all locks are held',
    patches: [
      {
        file: locking,
        find: 'if (missingLocks(t).length === 0)',
        replace: 'if (missingLocks(t).length <= 1)',
      },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'locks are asked in another order',
    patches: [
      {
        file: 'transaction/wanted.ts',
        find: 'locks: missingLocks(t)',
        replace: 'locks: [...missingLocks(t)].reverse()',
      },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'locks are released with the decision',
    patches: [
      {
        file: locking,
        find: due,
        replace: 'if (stage === "acquiringLocks" || stage === "preparing" || locking.released) return [];',
      },
      {
        file: 'transaction/wanted.ts',
        find: 'return [...calls(t, phase), ...awaitQuiet(t), ...tell(t)];',
        replace: 'return [...calls(t, phase), ...awaitQuiet(t), ...releaseLocks(t), ...tell(t)];',
      },
    ],
    caughtBy: ['I12'],
    exploration: twoLocks,
  },
  {
    name: 'locks are not released after a rollback',
    patches: [
      {
        file: locking,
        find: 'export function toRelease({ accepted,',
        replace: 'export function toRelease({ decision, accepted,',
      },
      {
        file: locking,
        find: due,
        replace: `if (decision === 'rollback') return [];\n${due}`,
      },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'only what is held is released',
    patches: [{ file: locking, find: due, replace: `if (locking?.held.length === 0) return [];\n${due}` }],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'who was being asked when the call was cut off is forgotten',
    patches: [
      {
        file: locking,
        find: '(t.accepted.locks?.asked.length ?? 0);',
        replace: '(t.locking?.reached ?? 0);',
      },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'a lost attempt is taken for one that asked nobody else',
    patches: [{ file: locking, find: 'repeated !== true &&', replace: 'repeated !== 0 &&' }],
    caughtBy: ['I12'],
    exploration: aborting,
  },
  {
    name: 'taken up again as if the open call had asked nobody',
    patches: [
      {
        file: locking,
        find: 'return allReached({ ...t, locking: rest });',
        replace: 'return { ...t, locking: rest };',
      },
    ],
    caughtBy: ['I12'],
    exploration: terminated,
  },
  {
    name: 'taken up again to go on acquiring',
    patches: [
      {
        file: resume,
        find: 'if (!isUndecided(t)) return t;',
        replace: "if (t.stage !== 'preparing') return t;",
      },
    ],
    caughtBy: ['liveness'],
    exploration: terminated,
  },
  {
    name: 'taken up again without the locks that are held',
    patches: [
      {
        file: resume,
        find: 'giveUpLocking(decided)',
        replace:
          'giveUpLocking({ ...decided, locking: decided.locking && { ...decided.locking, held: [] } })',
      },
    ],
    caughtBy: ['I7'],
    exploration: terminated,
  },
  {
    name: 'a grant that is told before the call has ended is forgotten',
    patches: [
      {
        file: locking,
        find: "if (t.stage !== 'acquiringLocks' || wanted === undefined) return t;",
        replace: "if (t.stage !== 'acquiringLocks' || wanted === undefined || t.locking.call) return t;",
      },
    ],
    caughtBy: ['liveness'],
    exploration: twoLocks,
  },
  {
    name: 'it ends while locks are being acquired',
    patches: [
      {
        file: 'transaction/completing.ts',
        find: 'if (t.locking?.call !== undefined) return t;',
        replace: '',
      },
    ],
    caughtBy: ['I12'],
    exploration: aborting,
  },
];
