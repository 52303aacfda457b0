/** Owns the broken variants of telling somebody: of the core, of what starts a notification, and of the notification itself. */
import { type Variant } from '../../protocol/exploring/variant';

const notices = 'src/protocol/transaction/notices.ts';
const tell = 'workflows/transaction/tell.ts';

export const noticeVariants: readonly Variant<string>[] = [
  {
    name: 'an outcome is told at the decision',
    patches: [
      {
        file: notices,
        find: "outcome: t => statusOf(t) !== 'pending',",
        replace: 'outcome: t => t.decision !== undefined,',
      },
    ],
    caughtBy: ['I5'],
  },
  {
    name: 'a transaction ends before its notifications are there',
    patches: [{ file: tell, find: 'await startChild(', replace: 'void startChild(' }],
    caughtBy: ['liveness'],
  },
  {
    name: 'a notification that is there is not woken',
    patches: [{ file: tell, find: 'if (isWoken()) await signalIfThere(key, wakeSignal);', replace: '' }],
    caughtBy: ['liveness'],
  },
  {
    name: 'a notification ends with its transaction',
    patches: [{ file: tell, find: 'ParentClosePolicy.ABANDON', replace: 'ParentClosePolicy.TERMINATE' }],
    caughtBy: ['liveness', 'I10'],
  },
  {
    name: 'who wants no more is told again',
    patches: [
      {
        file: 'src/protocol/notification/answers.ts',
        find: "reply.status === 410 ? 'gone' : 'again'",
        replace: "'again'",
      },
    ],
    caughtBy: ['I10'],
  },
  {
    name: 'what was refused counts as taken',
    patches: [
      {
        file: 'src/protocol/notification/answers.ts',
        find: 'reply.status >= 200 && reply.status < 300',
        replace: 'reply.status >= 200 && reply.status < 600',
      },
    ],
    caughtBy: ['I10'],
  },
];
