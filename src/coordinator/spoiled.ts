/**
 * Owns what a person is told of a workflow that a pause has spoiled (`engine/spoiledByPause.ts`): a reset to the very event from which on
 * nobody can follow takes back no step of its own, and Temporal gives it once more what came from outside since.
 *
 * What came since of calls that were under way is not given once more, they are made anew: harmless but for votes, of which the transaction
 * has to know whom it may have reached (I3). So one that asks for votes is ended from outside: it is taken up again with all that its history
 * says (`transaction/closedRun.ts`), and rolls back.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type StalledDocument } from '../protocol/client/document';
import { type HistoryEvent } from '../engine/ask';
import { type Engine } from '../engine/engine';
import { isTransaction, memoOf } from '../engine/facts/memo';
import { spoiledAt } from '../engine/spoiledByPause';

/** What to do, in words and as what to type, which ends them. */
export type WayOut = Required<Pick<StalledDocument, 'whatToDo' | 'command'>>;

/** @returns undefined where it is not spoiled. @param newest of its events, the newest first */
export function wayOutOfSpoiled(
  { cliOptions }: Pick<Engine, 'cliOptions'>,
  run: WorkflowExecutionDescription,
  newest: readonly HistoryEvent[],
): WayOut | undefined {
  const at = spoiledAt(newest.toReversed());
  if (at === undefined) return undefined;
  const which = `--workflow-id ${run.workflowId} --run-id ${run.runId}`;
  const end = `--reason 'spoiled by a pause'${cliOptions}`;
  const votes = isTransaction(run) && !isCommitting(run) && mayForgetVotes(run, newest, at);
  const way = votes
    ? 'it may be asking for votes, so this ends its run, and the orphan sweep takes it up again'
    : 'this lets it go on';
  const does = votes ? `terminate ${which}` : `reset ${which} --event-id ${at}`;
  const command = `temporal workflow ${does} ${end}`;
  return {
    command,
    whatToDo: `Temporal has spoiled its history as it was paused, and no worker can go on with it: ${way} (docs/OPERATIONS.md#spoiled-by-a-pause): ${command}`,
  };
}

/** Everybody has voted, as the newest that was told to lists says. */
function isCommitting(run: WorkflowExecutionDescription): boolean {
  const state = memoOf(run).progress?.state;
  return state === 'committing' || state === 'committed';
}

/** A call for votes was under way at that event, or one that has ended since and whose beginning is not among these events. */
function mayForgetVotes(
  { raw }: WorkflowExecutionDescription,
  newest: readonly HistoryEvent[],
  at: number,
): boolean {
  const open = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name);
  const endedBefore = new Set(newest.filter(({ eventId }) => Number(eventId) < at).map(callEndedBy));
  const begun = newest.filter(
    ({ eventId, activityTaskScheduledEventAttributes: call }) =>
      call != null && !endedBefore.has(Number(eventId)),
  );
  const known = new Set(newest.map(({ eventId }) => Number(eventId)));
  const isUnknown = newest.some(event => !known.has(callEndedBy(event) ?? at) && Number(event.eventId) > at);
  const names = [
    ...open,
    ...begun.map(each => each.activityTaskScheduledEventAttributes?.activityType?.name),
  ];
  return isUnknown || names.some(name => name?.startsWith('prepare'));
}

/** The number of the event that scheduled it. */
function callEndedBy(event: HistoryEvent): number | undefined {
  const end =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return end == null ? undefined : Number(end.scheduledEventId);
}
