/**
 * Owns what the statuses of a run mean to us. Those of a run that has closed are listed, since what has closed stays closed; the
 * names are those of `describe`, and visibility's for queries.
 */

/**
 * `running`: a worker drives it, or will. `paused`: nobody does until somebody unpauses it. `ended`: it closed by itself.
 * `interrupted`: something else closed it, and it may be taken up again. `other`: none that this version knows.
 */
export type RunState = 'running' | 'paused' | 'ended' | 'interrupted' | 'other';

/** How a run ends that may be taken up again: as `describe` names it, and in words. */
const interruptions: Readonly<Record<string, string>> = {
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'cancelled',
};

export function runState(status: string): RunState {
  if (status === 'RUNNING') return 'running';
  if (status === 'PAUSED') return 'paused';
  if (status === 'COMPLETED') return 'ended';
  return status in interruptions ? 'interrupted' : 'other';
}

/** In words; undefined where it was not interrupted. */
export function howInterrupted(status: string): string | undefined {
  return interruptions[status];
}

/** Conditions of a visibility query. */
export const visibly = {
  running: "ExecutionStatus = 'Running'",
  interrupted: "ExecutionStatus IN ('Terminated','Failed','TimedOut','Canceled')",
  runningOrEnded: "ExecutionStatus IN ('Running','Completed')",
} as const;
