/** Two sweepers at once are harmless, also to what is read of them afterwards. */
import { gate } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { lastReport, sweep, useSweeps } from './support/sweeps';

const world = useSweeps();

it('reports the sweep that began last, also where an earlier one ended after it', async () => {
  const { dtc, list } = world;
  const slow = gate();
  list.answer = (response, nth) => {
    const answer = (): void => void response.writeHead(200).end('{"prepared":[]}');
    if (nth === 1) void slow.passed.then(answer);
    else answer();
  };
  const early = sweep(dtc);
  await eventually(() => list.asked === 1);
  const late = await sweep(dtc);
  slow.open();
  expect((await early).sweptAt).not.toBe(late.sweptAt);
  const ended = async (): Promise<number> => {
    const sweeps = `WorkflowType = 'orphanSweep' AND TaskQueue = '${dtc.taskQueue}'`;
    return (await dtc.client.workflow.count(`${sweeps} AND ExecutionStatus = 'Completed'`)).count;
  };
  await eventually(async () => (await ended()) === 2);
  expect((await lastReport(dtc)).sweptAt).toBe(late.sweptAt);
});
