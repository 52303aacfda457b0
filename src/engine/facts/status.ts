/**
 * Owns what the statuses of a run mean to us. Those of a run that has closed are listed, since what has closed stays closed; the
 * names are those of `describe`, and visibility's for queries.
 */

/**
 * `running`: a worker drives it, or will. `paused`: nobody does until somebody unpauses it. `ended`: it closed by itself.
 * `interrupted`: something else closed it, and it may be taken up again.
 */
export type RunState = 'running' | 'paused' | 'ended' | 'interrupted';

const ended: readonly string[] = ['COMPLETED', 'CONTINUED_AS_NEW'];

/** How a run ends that may be taken up again: as `describe` names it, and in words. */
const interruptions: Readonly<Record<string, string>> = {
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'cancelled',
};

/** One that a newer server has added counts as running: what is not known to have closed is left alone, and keeps its locks (I12). */
export function runState(status: string): RunState {
  if (status === 'PAUSED') return 'paused';
  if (ended.includes(status)) return 'ended';
  return Object.hasOwn(interruptions, status) ? 'interrupted' : 'running';
}

export function isOpen(status: string): boolean {
  const state = runState(status);
  return state === 'running' || state === 'paused';
}

/** What a person types so that a paused run goes on. */
export function unpauseCommand({ cliOptions }: { readonly cliOptions: string }, workflowId: string): string {
  return `temporal workflow unpause --workflow-id ${workflowId}${cliOptions}`;
}

/** temporal.api.enums.v1.WorkflowExecutionStatus, by its number. */
const names = [
  ...['UNSPECIFIED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'CONTINUED_AS_NEW'],
  ...['TIMED_OUT', 'PAUSED'],
];

/** As `describe` names it. */
export function statusName(code: number): string {
  return names[code] ?? 'UNKNOWN';
}

/** In words; undefined where it was not interrupted. */
export function howInterrupted(status: string): string | undefined {
  return interruptions[status];
}

/**
 * Conditions of a visibility query. Older servers refuse statuses that they do not know, so the open ones are not listed.
 *
 * A SQL store reads all that has ever run unless one column alone leads to the few: one that equals a value, or is null. `CloseTime` is
 * in none of its indices, `ExecutionDuration` is, and only what has closed has one. A status is in one, a list of statuses is not.
 */
export const visibly = {
  open: 'CloseTime IS NULL AND ExecutionDuration IS NULL',
  openButNotRunning: "ExecutionStatus != 'Running'",
  /** One query each. */
  interrupted: ['Terminated', 'Failed', 'TimedOut', 'Canceled'].map(
    status => `ExecutionStatus = '${status}'`,
  ),
  openOrEnded: "(CloseTime IS NULL OR ExecutionStatus = 'Completed')",
} as const;

/** A value in a visibility query. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
