/** Owns the broken variants of what is done with locks: of the transaction, of what drives it, and of the lock itself. */
import { type Variant } from '../../protocol/exploring/variant';

const locking = 'src/protocol/transaction/locking.ts';
const due = "if (stage !== 'ended' || locking === undefined || locking.released) return [];";

export const lockVariants: readonly Variant<string>[] = [
  {
    name: 'participants are asked before all locks are held',
    patches: [
      {
        file: locking,
        find: 'if (missingLocks(t).length === 0)',
        replace: 'if (missingLocks(t).length <= 1)',
      },
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'locks are released with the decision',
    patches: [
      {
        file: locking,
        find: due,
        replace:
          "if (stage === 'acquiringLocks' || stage === 'preparing' || locking?.released !== false) return [];",
      },
      {
        file: 'src/protocol/transaction/wanted.ts',
        find: 'return [...calls(t, phase), ...awaitQuiet(t), ...tell(t)];',
        replace: 'return [...calls(t, phase), ...awaitQuiet(t), ...releaseLocks(t), ...tell(t)];',
      },
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'a lock takes an acquire of who has released',
    patches: [
      {
        file: 'src/protocol/lock/apply.ts',
        find: "if (buried) return 'late';",
        replace: '',
      },
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'a lock looks at nobody, however long ago its attempt began',
    patches: [
      {
        file: 'src/protocol/lock/state.ts',
        find: 'return Math.abs(now - ranAt) > ranForSureMs;',
        replace: 'return false;',
      },
    ],
    caughtBy: ['I12'],
  },
  {
    name: 'a grant that is told before the call has ended is forgotten',
    patches: [
      {
        file: locking,
        find: "if (t.stage !== 'acquiringLocks' || wanted === undefined) return t;",
        replace: "if (t.stage !== 'acquiringLocks' || wanted === undefined || t.locking?.call) return t;",
      },
    ],
    caughtBy: ['liveness'],
  },
];
