/** What is logged of a query that a workflow refuses: nothing, since whoever asked asks again. */
import { PassThrough } from 'node:stream';
import { refusal } from '../../src/engine/facts/queryMark';
import { sdkLog } from '../../src/engine/sdkLog';
import { createLog } from '../../src/telemetry/log';

const failed = 'Failed to process Workflow Activation';
const failing = 'Failing legacy query request';
const refused = `${refusal}would run ahead of history: ask again`;

/** As the native part prints it. */
function failureOf(message: string): string {
  return `Failure { failure: Some(Failure { message: "${message}", source: "TypeScriptSDK", stack_trace: "" }) }`;
}

function lineOf(meta: object, level: 'ERROR' | 'WARN' = 'ERROR', message = failed): string {
  const output = new PassThrough();
  sdkLog(createLog('info', output))(level, message, meta);
  return String(output.read() ?? '');
}

it('says nothing of a query that is refused', () => {
  expect(lineOf({ error: new Error(refused) })).toBe('');
  expect(lineOf({ failure: failureOf(refused) }, 'WARN', failing)).toBe('');
  expect(lineOf({ failure: failureOf('Encoded failure') }, 'WARN', failing)).toBe('');
});

it('says why a history cannot be replayed for a query', () => {
  const why = '[TMPRL1100] Nondeterminism error: activity type of scheduled event';
  expect(lineOf({ failure: failureOf(why) }, 'WARN', failing)).toContain('TMPRL1100');
});

it('says nothing of a memo that is large, and does of one that is too large, and of payloads', () => {
  const large = '[TMPRL1103] Attempted to upload memo with size that exceeded the warning limit.';
  expect(lineOf({}, 'WARN', large)).toBe('');
  const others = [large.replace('warning', 'error'), large.replace('memo', 'payloads')];
  for (const other of others) expect(lineOf({}, 'WARN', other)).toContain(other);
});

it('says what else a workflow fails with', () => {
  expect(lineOf({ error: new Error('the history is no history') })).toContain(failed);
});
