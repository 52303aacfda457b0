/** Owns the input of a lock's workflow: it stands in history, so it carries its version. */
import { type Lock } from './state';

export interface LockInput {
  readonly version: 1;
  readonly lock: Lock;
}

/** @throws Error where it is another worker's to run: the workflow task fails, and is retried */
export function lockOf({ version, lock }: LockInput): Lock {
  if ((version as number) === 1) return lock;
  throw new Error(
    `this worker knows locks of version 1, not ${String(version)}: run a newer worker beside it`,
  );
}
