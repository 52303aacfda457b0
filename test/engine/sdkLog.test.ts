/** What is logged of a query that a workflow refuses: nothing, since whoever asked asks again. */
import { PassThrough } from 'node:stream';
import { refusal } from '../../src/engine/facts/queryMark';
import { sdkLog } from '../../src/engine/sdkLog';
import { createLog } from '../../src/telemetry/log';

const failed = 'Failed to process Workflow Activation';

function lineOf(error: Error): string {
  const output = new PassThrough();
  sdkLog(createLog('info', output))('ERROR', failed, { error });
  return String(output.read() ?? '');
}

it('says nothing of a query that is refused', () => {
  expect(lineOf(new Error(`${refusal}would run ahead of history: ask again`))).toBe('');
});

it('says what else a workflow fails with', () => {
  expect(lineOf(new Error('the history is no history'))).toContain(failed);
});
