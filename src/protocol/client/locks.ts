/** Owns the shape of what clients read of locks that stand on their own (PROTOCOL §3). */
import { z } from 'zod';
import { lockModes } from '../wire/locks';
import { type Answered, count, instant } from './answered';

const claim = {
  holder: z.string(),
  kind: z.enum(['transaction', 'lease']),
  mode: z.enum(lockModes),
  since: instant('When it was granted, or has been asked for'),
};

/** Beside it, of what is answered. */
const forMs = { forMs: count('How long it has been held or awaited') };

const lockHolder = z.object({
  ...claim,
  fencingToken: z.int(),
  expiresAt: instant('Of a lease').exactOptional(),
  transaction: z
    .enum(['running', 'interrupted', 'unknown'])
    .describe(
      'Of a transaction, when it was last looked at: one that does not run keeps the lock until it is settled',
    )
    .exactOptional(),
});
export type LockHolderDocument = Answered<typeof lockHolder>;

const lockWaiter = z.object({
  position: count('From 1'),
  ...claim,
  until: instant('It gives up then'),
});
export type LockWaiterDocument = Answered<typeof lockWaiter>;

const inOrder = 'In the order in which they will be granted';

/** As the lock's workflow tells it. */
const lock = z.object({
  resource: z.string(),
  lastFencingToken: z.int().describe('Of the last grant; absent before the first').exactOptional(),
  holders: z.array(lockHolder),
  waiters: z.array(lockWaiter).describe(inOrder),
});
export type LockDocument = Answered<typeof lock>;

export const lockDocument = lock.extend({
  holders: z.array(lockHolder.extend(forMs)),
  waiters: z.array(lockWaiter.extend(forMs)).describe(inOrder),
});

export const listOfLocks = z.object({
  locks: z.array(
    lockDocument
      .partial({ holders: true, waiters: true })
      .describe('Who holds and awaits it is absent where no worker answered for it'),
  ),
  next: z.string().describe('The `cursor` of the page that follows; absent at the end').exactOptional(),
});

export const lease = z.object({
  resource: z.string(),
  mode: z.enum(lockModes),
  holder: z.string(),
  fencingToken: z.int().describe('Grows with every grant of the resource'),
  expiresAt: instant('Unless it is renewed before'),
});
export type Lease = Answered<typeof lease>;
