/**
 * Owns the input of a lock's workflow: it stands in history, so it carries its version. 1: every transaction is looked at before it is
 * granted anything, whatever its acquire says. 2: not where the acquire says that it ran a moment ago.
 */
import { type Lock } from './state';

export interface LockInput {
  readonly version: 1 | 2;
  readonly lock: Lock;
}

/** What a lock that begins, or continues as new, goes by. */
export const lockVersion = 2;

/** @throws Error where it is another worker's to run: the workflow task fails, and is retried */
export function lockOf({ version, lock }: LockInput): Lock {
  if ((version as number) === 1 || (version as number) === 2) return lock;
  throw new Error(
    `this worker knows locks of versions 1 and 2, not ${String(version)}: run a newer worker beside it`,
  );
}
