/** What is said where no worker answers: only where there may be something to do, and what that is. */
import { PassThrough } from 'node:stream';
import { createLog } from '../../src/telemetry/log';
import { queryLogger } from '../../src/telemetry/queryLog';

const unanswered = { error: new Error('deadline'), unanswered: true };

/** What has been said after so many milliseconds. */
function saidAfter(ms: number, ownWorker: boolean): string {
  const output = new PassThrough();
  const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  try {
    const failed = queryLogger(createLog('info', output), { taskQueue: 'q', ownWorker });
    now.mockReturnValue(1_000 + ms);
    failed(unanswered);
  } finally {
    now.mockRestore();
  }
  return String(output.read() ?? '');
}

test('a process with a worker that has just begun says nothing: its first workflow task loads the workflows', () => {
  expect(saidAfter(1_700, true)).toBe('');
});

test('later it says that it has more to do than it can, and not to start a worker', () => {
  const said = saidAfter(60_000, true);
  expect(said).toContain('no worker answered a query in time on task queue \\"q\\"');
  expect(said).toContain('This process has a worker');
  expect(said).not.toContain('start one');
});

test('a process without a worker says at once that one may be missing', () => {
  expect(saidAfter(0, false)).toContain('start one (DTC_ROLE=worker or all)');
});
