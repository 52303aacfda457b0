/** The checks over a restart, on a process that is killed and started again over its SQLite file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkParticipant } from '../../src/checkParticipant/checkParticipant';
import { type Report } from '../../src/checkParticipant/contract';
import { endAll, startParticipantProcess } from './processes';

const folder = mkdtempSync(join(tmpdir(), 'dtc-check-'));
const only = ['prepared-survives-restart', 'commit-survives-restart', 'rollback-survives-restart'];

afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

function results({ checks }: Report): string[] {
  return checks.map(({ name, result, notes }) => [name, result, ...notes].join(' '));
}

it('passes a process that is killed and finds everything in its file again', async () => {
  const process = await startParticipantProcess(join(folder, 'participant.db'));
  expect(results(await checkParticipant({ ...process, only }))).toEqual([
    'prepared-survives-restart passed',
    'commit-survives-restart passed',
    'rollback-survives-restart passed it remembers the rollback',
  ]);
});

it('fails a process that keeps everything in memory', async () => {
  const process = await startParticipantProcess(':memory:');
  expect(results(await checkParticipant({ ...process, only }))).toEqual([
    'prepared-survives-restart failed',
    'commit-survives-restart failed',
    'rollback-survives-restart passed it forgets the rollback, and refuses every prepare after decideBy instead',
  ]);
});

it('fails the check where the command to restart fails, and shows what it printed', async () => {
  const { prepareUrl } = await startParticipantProcess(':memory:');
  const restart = 'echo no such service >&2; exit 3';
  const { checks } = await checkParticipant({ prepareUrl, restart, only: ['prepared-survives-restart'] });
  expect(checks[0]?.failure).toEqual({
    sent: restart,
    came: 'exit code 3: no such service',
    expected: 'exit code 0, with the participant started anew',
  });
});
