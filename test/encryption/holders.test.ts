/** A lock that is encrypted with a key which is missing here keeps nobody from what waits for it, and from other locks: who has it is not known. */
import { listLocks } from '../../src/coordinator/lock/read';
import { withHolders } from '../../src/coordinator/lock/whoHolds';
import { unreadableEncoding } from '../../src/engine/encryption/unreadable';
import { type Engine } from '../../src/engine/engine';
import { type TransactionDocument } from '../../src/protocol/client/document';

const at = '2026-01-01T00:00:00.000Z';
const waiting: TransactionDocument = {
  id: '01a20d11t01a20d13a27178d3bf0fa999be3bbc3d',
  ...{ status: 'pending', state: 'acquiringLocks', decision: null, needsAttention: false },
  createdAt: at,
  decideBy: at,
  participants: [],
  locks: [
    { resource: 'rooms/7', mode: 'exclusive', state: 'waiting', since: at, heldBy: ['other'], ahead: 0 },
  ],
};

/** As the SDK does where it needs what cannot be opened. */
const refuse = (): Promise<never> =>
  Promise.reject(new Error(`Unknown encoding: ${unreadableEncoding('old', 'unknown key')}`));
const engine = {
  opened: (answer: object) => answer,
  client: { workflow: { getHandle: () => ({ query: refuse, describe: refuse }) } },
  connection: {
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
    workflowService: {
      listWorkflowExecutions: () =>
        Promise.resolve({ executions: [{ execution: { workflowId: 'lock:rooms/7' } }], nextPageToken: [] }),
    },
  },
} as unknown as Engine;

it('tells what the transaction itself knows of who has it', async () => {
  expect(await withHolders(engine, waiting)).toEqual(waiting);
});

it('lists it without its holders', async () => {
  expect(await listLocks(engine, { limit: 10 })).toEqual({ locks: [{ resource: 'rooms/7' }] });
});
