/** What is logged of a query that a workflow refuses: nothing, since whoever asked asks again. */
import { PassThrough } from 'node:stream';
import { refusal } from '../../src/engine/facts/queryMark';
import { sdkLog } from '../../src/engine/sdkLog';
import { createLog } from '../../src/telemetry/log';

const failed = 'Failed to process Workflow Activation';

function lineOf(error: Error | undefined, level: 'ERROR' | 'WARN' = 'ERROR', message = failed): string {
  const output = new PassThrough();
  sdkLog(createLog('info', output))(level, message, error === undefined ? {} : { error });
  return String(output.read() ?? '');
}

it('says nothing of a query that is refused', () => {
  expect(lineOf(new Error(`${refusal}would run ahead of history: ask again`))).toBe('');
  expect(lineOf(undefined, 'WARN', 'Failing legacy query request')).toBe('');
});

it('says nothing of a memo that is large, and does of one that is too large, and of payloads', () => {
  const large = '[TMPRL1103] Attempted to upload memo with size that exceeded the warning limit.';
  expect(lineOf(undefined, 'WARN', large)).toBe('');
  const others = [large.replace('warning', 'error'), large.replace('memo', 'payloads')];
  for (const other of others) expect(lineOf(undefined, 'WARN', other)).toContain(other);
});

it('says what else a workflow fails with', () => {
  expect(lineOf(new Error('the history is no history'))).toContain(failed);
});
