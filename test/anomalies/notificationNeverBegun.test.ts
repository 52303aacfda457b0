/**
 * I10: Temporal gives a child its first workflow task once its parent's history says that it was started. Where the parent is closed in
 * between, the child is there and never begins; the run that takes the transaction up finds it there, and wakes it. What Temporal makes
 * of that is tested here with a stand-in that nobody works for; the window itself in `test/anomalies/notificationNeverBegun.long.ts`.
 */
import { notificationWorkflow } from '../../workflows/notification/messages';
import { notificationKey } from '../../src/protocol/notification/steps';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld();

/** A transaction whose notification is there already when its outcome comes. @returns their ids */
async function foundThere(name: string, before: (key: string) => unknown): Promise<[string, string]> {
  const { dtc, participants } = world;
  const voted = gate();
  const a = statefulParticipant(participants, name, {
    fault: ({ phase }) => (phase === 'prepare' ? { after: voted.passed } : undefined),
  });
  const notify = { url: participants.url('shop').replace(/prepare$/, 'told') };
  const { id } = await dtc.start({ participants: [a.url], notify });
  await eventually(() => participants.requests(id, name, 'prepare').length > 0);
  const key = notificationKey(id, 'outcome');
  const nobodys = `nobody-${id}`;
  await dtc.client.workflow.start(notificationWorkflow, { workflowId: key, taskQueue: nobodys, args: [] });
  await before(key);
  voted.open();
  await dtc.until(id, d => d.endedAt !== undefined);
  const { status } = await eventuallyClosed(id);
  expect(status).toBe('COMPLETED');
  return [id, key];
}

async function eventuallyClosed(id: string): Promise<{ readonly status: string }> {
  const handle = world.dtc.client.workflow.getHandle(id);
  await eventually(async () => (await handle.describe()).status.name !== 'RUNNING');
  return { status: (await handle.describe()).status.name };
}

it('wakes the notification that it finds there', async () => {
  const [, key] = await foundThere('a', () => undefined);
  const { events = [] } = await world.dtc.client.workflow.getHandle(key).fetchHistory();
  const signals = events?.flatMap(each => each.workflowExecutionSignaledEventAttributes?.signalName ?? []);
  expect(signals).toEqual(['wake']);
  await temporalWorkflow('terminate', key);
});

it('ends where the notification is over already', async () => {
  const [, key] = await foundThere('b', each => temporalWorkflow('terminate', each));
  const { status } = await world.dtc.client.workflow.getHandle(key).describe();
  expect(status.name).toBe('TERMINATED');
});
