/** Owns the kinds of transaction of which somebody is told that are replayed, and notifications beside them. */
import { notificationKey } from '../../src/protocol/notification/steps';
import { type NotifyEvent, notifyEvents } from '../../src/protocol/wire/notification';
import { notificationWorkflow } from '../../workflows/notification/messages';
import { type Answer } from '../support/participants';
import { type Scenario } from './scenarios';
import { type Stage } from './stage';

/** A receiver is answered for like a participant: its requests have a phase that none has. */
function receiver(s: Stage, name: string, ...answers: Answer[]): string {
  s.on(name, ({ nth }) => answers[nth - 1]);
  return s.url(name).replace(/prepare$/, 'told');
}

/** Until the notification is over, delivered or not. */
async function told(s: Stage, id: string, event: NotifyEvent): Promise<string> {
  const handle = s.dtc.client.workflow.getHandle(notificationKey(id, event));
  await handle.result().catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'WorkflowFailedError')) throw error;
  });
  return id;
}

let delivered = '';
let gone = '';

const committed = { status: 'committed', decision: 'commit', state: 'committed' };

export const notified: Readonly<Record<string, Scenario>> = {
  'tells of attention, outcome and end': {
    play: async s => {
      s.on('late', ({ phase, nth }) => (phase === 'commit' && nth < 6 ? 500 : undefined));
      const id = await s.run(['a', 'late'], { notify: { url: receiver(s, 'shop'), on: notifyEvents } });
      return told(s, id, 'end');
    },
    ends: committed,
  },
  'tells of a rollback, with a lock': {
    play: async s => {
      s.on('no', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
      const locks = [{ resource: 'replay/told', mode: 'shared' }];
      const notify = { url: receiver(s, 'shop'), on: ['outcome', 'end'] };
      return told(s, await s.run(['no'], { notify, locks }), 'end');
    },
    ends: { status: 'rolledback' },
  },
  'finds its notification there, and wakes it': {
    play: async s => {
      s.on('late', ({ phase, nth }) => (phase === 'commit' && nth < 6 ? 500 : undefined));
      const id = await s.start(['a', 'late'], { notify: { url: receiver(s, 'shop') } });
      await s.received(id, 'late', 'commit');
      const { workflow } = s.dtc.client;
      const there = { workflowId: notificationKey(id, 'outcome'), taskQueue: `nobody-${id}`, args: [] };
      const standIn = await workflow.start(notificationWorkflow, there);
      await workflow.getHandle(id).result();
      await standIn.terminate('nobody works for it');
      return id;
    },
    ends: committed,
  },
  'a notification that is delivered at the second request': {
    play: async s => {
      const id = await s.run(['a'], { notify: { url: receiver(s, 'shop', 503) } });
      delivered = notificationKey(id, 'outcome');
      return told(s, id, 'outcome');
    },
    historyOf: () => delivered,
    ends: committed,
  },
  'a notification that is not wanted': {
    play: async s => {
      const id = await s.run(['a'], { notify: { url: receiver(s, 'shop', 410) } });
      gone = notificationKey(id, 'outcome');
      return told(s, id, 'outcome');
    },
    historyOf: () => gone,
    ends: committed,
  },
};
