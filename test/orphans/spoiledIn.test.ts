/** Which way out is named of a transaction that a pause has spoiled, where not all of its history was looked at. */
import { temporal } from '@temporalio/proto';
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { wayOutOfSpoiled } from '../../src/coordinator/spoiled';

const { HistoryEvent } = temporal.api.history.v1;

/** A call has ended since of which nobody knows what it was. */
const newestFirst = [
  { eventId: 80, activityTaskCompletedEventAttributes: { scheduledEventId: 12 } },
  { eventId: 77, workflowTaskFailedEventAttributes: { cause: 39 } },
].map(each => HistoryEvent.fromObject(each));

function way(state: string): string | undefined {
  const memo = { requestHash: 'a hash', participants: [], progress: { state } };
  const run = { workflowId: 't', runId: 'r', type: 'transaction', memo, raw: {} } as unknown;
  const out = wayOutOfSpoiled({ cliOptions: '' }, run as WorkflowExecutionDescription, newestFirst);
  expect(out?.whatToDo).toContain(`: ${out?.command ?? 'nothing to type'}`);
  return out?.command;
}

it('is the end of its run where it may be asking for votes', () => {
  expect(way('preparing')).toContain('temporal workflow terminate --workflow-id t --run-id r ');
});

it('is the reset once everybody has voted', () => {
  for (const state of ['committing', 'committed'])
    expect(way(state)).toContain('temporal workflow reset --workflow-id t --run-id r --event-id 77 ');
});
