/** The nemesis of `npm run chaos` passes by what a pause would spoil, and where it has spoiled something all the same, writes that down. */
import { Client, Connection } from '@temporalio/client';
import { type FaultKind, type Scene } from '../../chaos/nemesis/kind';
import { pausing } from '../../chaos/nemesis/pausing';
import { type Entry } from '../../chaos/recorder';
import { type OwnServer, startOwnServer } from '../support/ownServer';

let server: OwnServer;
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  server = await startOwnServer('frontend.WorkflowPauseEnabled=true');
  connection = await Connection.connect({ address: server.address });
  temporal = new Client({ connection });
}, 60_000);

afterAll(async () => {
  await connection.close();
  await server.stop();
});

function pauseOf(workflowId: string, recorded: Entry[]): FaultKind | undefined {
  const recorder = { told: [], record: (entry: Entry) => void recorded.push(entry) };
  const scene = { temporal, recorder, random: () => 0, anyOpen: () => [workflowId] };
  return pausing(scene as unknown as Scene).find(({ fault }) => fault === 'pause transaction');
}

/** Its first task waits: there is no worker. */
function start(workflowId: string): Promise<unknown> {
  return temporal.workflow.start('nothing', { workflowId, taskQueue: 'nobody', args: [] });
}

it('passes by whatever has a workflow task waiting', async () => {
  await start('waits');
  const recorded: Entry[] = [];
  expect(await pauseOf('waits', recorded)?.run('', Promise.resolve(), 0)).toContain('waits for a worker');
  expect(recorded).toEqual([]);
});

it('writes down what was spoiled since a task came after the look', async () => {
  await start('spoiled');
  const look = jest.spyOn(temporal.workflow, 'getHandle').mockImplementationOnce(
    () => ({ describe: () => Promise.resolve({ raw: {} }) }) as never, // as it was a moment before
  );
  const recorded: Entry[] = [];
  expect(await pauseOf('spoiled', recorded)?.run('', Promise.resolve(), 0)).toBe('spoiled');
  look.mockRestore();
  expect(recorded).toEqual([{ kind: 'spoiled', workflowId: 'spoiled' }]);
});
