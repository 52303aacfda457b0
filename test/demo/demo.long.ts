import { join } from 'node:path';
import { until } from '../support/until';
import { demoPid, leftIn, newFolder, runDemo, stillRunning, tamper } from './demoRun';

const { folder, tmp, remove } = newFolder();
afterAll(remove);

it('exits 1 and names the transaction and the account when a database was tampered with while it ran', async () => {
  const kept = join(folder, 'tampered');
  const demo = runDemo(tmp, '--keep', kept);
  await demo.printed('(b) More than there is');
  tamper(join(kept, 'south.db'), `UPDATE dtc_votes SET state = 'rolledback' WHERE state = 'committed'`);
  tamper(join(kept, 'south.db'), `UPDATE accounts SET balance = balance + 1 WHERE account = 'dave'`);
  expect(await demo.ended).toBe(1);
  expect(demo.stdout()).toMatch(/^a {2}both can .* committed +committed +rolledback +NO$/m);
  expect(demo.stdout()).toContain('PROBLEM: "a  both can" is not atomic');
  expect(demo.stdout()).toContain('PROBLEM: dave (south) has 8501 cents, and 8500 are due');
});

it('does not play over the databases of another run', async () => {
  const kept = join(folder, 'tampered');
  const demo = runDemo(tmp, '--keep', kept);
  expect(await demo.ended).toBe(1);
  expect(demo.stderr()).toContain('the folder is not empty');
});

it.each([
  ['while PostgreSQL starts', 'Starting a PostgreSQL'],
  ['while everything else starts', 'Starting a coordinator'],
  ['in the middle of a transaction', 'South takes its time to vote'],
  ['while its coordinator is dead and the Temporal server is on its own', 'SIGKILL to the coordinator'],
])('leaves nothing behind after Ctrl-C %s', async (_when, text) => {
  const demo = runDemo(tmp);
  await demo.printed(text);
  demo.ctrlC();
  expect(await demo.ended).not.toBe(0);
  expect(stillRunning(demo, tmp)).toEqual([]);
  expect(leftIn(tmp)).toEqual([]);
});

it.each([
  ['while PostgreSQL starts', 'Starting a PostgreSQL'],
  ['in the middle of a transaction', 'South takes its time to vote'],
  ['while its coordinator is dead and the Temporal server is on its own', 'SIGKILL to the coordinator'],
])('leaves no process and no PostgreSQL behind when it is killed itself %s', async (_when, text) => {
  const demo = runDemo(tmp);
  await demo.printed(text);
  process.kill(demoPid(demo), 'SIGKILL');
  await demo.ended;
  const noneLeft = (left: readonly string[]): boolean => left.length === 0;
  await until(() => stillRunning(demo, tmp), noneLeft, { withinMs: 60_000, everyMs: 250 }); // the coordinator stops in order
  expect(leftIn(tmp).filter(name => name.startsWith('dtc-postgres'))).toEqual([]);
});
