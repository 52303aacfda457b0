/** Owns what becomes of a line that Temporal's SDK logs: ours, in our words; what we have said already is left out, and so are payloads (I11). */
import { type LogLevel, type LogMetadata } from '@temporalio/worker';
import { notDelivered } from '../protocol/notification/results';
import { given } from '../protocol/wire/given';
import { isText, membersOf } from '../protocol/wire/shapes';
import { type Log } from '../telemetry/log';
import { eachSeldom } from '../telemetry/seldom';
import { refusal } from './facts/queryMark';
import { unreadableIn } from './encryption/unreadable';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK adds to every line of a workflow, and our lines have in other words. */
const noise = new Set([
  'namespace',
  'taskQueue',
  'taskToken',
  // of a task that could not be begun: all that it holds
  'task',
  'taskEncoded',
  'workflowId',
  'runId',
  'workflowType',
  'sdkComponent',
  'attempt',
]);

/** Each failed request has its own line, with the participant and the cause; the SDK's would say it again. */
const saidAlready = new Set(['Activity failed', 'Activity cancelled']);

/** So has a notification that was not delivered: its run fails so that Temporal lists it. Any other failure of a run is told. */
function isUndelivered(message: string, { workflowType, error }: LogMetadata): boolean {
  if (message !== 'Workflow failed' || workflowType !== 'notification') return false;
  return error instanceof Error && error.message.startsWith(notDelivered);
}

/** What is encrypted is larger, and Temporal takes memos of a thousand times that. */
const largeMemo = '[TMPRL1103] Attempted to upload memo with size that exceeded the warning limit';

/** As the SDK's failure converter says where it has encrypted what was said. */
const encoded = 'message: "Encoded failure"';

/** Whoever asked asks again; the workflow is thrown away, and replays. */
function isRefusal(message: string, { error, failure }: Readonly<Record<string, unknown>>): boolean {
  if (message !== 'Failing legacy query request')
    return error instanceof Error && error.message.startsWith(refusal);
  // what a workflow says of a failure may be encrypted, and has then a line of the SDK's own before this; what the native part finds never is
  const said = String(failure);
  return said.includes(refusal) || said.includes(encoded);
}

const sayAgainMs = 30_000;

/** The native part repeats a call, and prints the error as its own developers read it. */
export function retried(message: string, error: unknown): string {
  const call = /gRPC call (\w+)/.exec(message)?.[1] ?? 'a call';
  const said = /code: '?([^',]+)'?, message: \\?"([^"\\]*)/.exec(String(error));
  const why = said === null ? '' : ` (${said[1] ?? ''}: ${said[2] ?? ''})`;
  return `Temporal does not answer ${call}${why}: trying again`;
}

const notBegun = 'a task of a workflow cannot be done here, and is tried again';

/** The SDK shows a task that it could not begin whole: payloads and all. Only whose it is is told. */
function idsIn(meta: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { start } = membersOf(parsed(meta['task']));
  const {
    workflowExecution,
    activityId = meta['activityId'],
    activityType = meta['activityType'],
  } = membersOf(start);
  const { workflowId = meta['workflowId'] } = membersOf(workflowExecution);
  return given({ workflowId, activityId, activityType });
}

function parsed(task: unknown): unknown {
  try {
    return isText(task) ? (JSON.parse(task) as unknown) : undefined;
  } catch {
    return undefined; // then the line goes without ids
  }
}

export type SdkLine = (level: LogLevel, message: string, meta?: LogMetadata) => void;

export function sdkLog(log: Log): SdkLine {
  const isDue = eachSeldom(sayAgainMs);
  return (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (meta['target'] === 'temporalio_client::retry') {
      const line = retried(message, meta['error']);
      if (isDue(line)) log.warn(line);
      return;
    }
    const unreadable = unreadableIn(`${message} ${String(meta['error'])}`);
    if (unreadable !== undefined) {
      const line = `${notBegun}: ${unreadable}`;
      if (isDue(line)) log.error(idsIn(meta), line);
      return;
    }
    const fromWorkflow = meta['sdkComponent'] === 'workflow';
    const quiet =
      level === 'INFO' ||
      level === 'DEBUG' ||
      level === 'TRACE' ||
      saidAlready.has(message) ||
      message.startsWith(largeMemo) ||
      isUndelivered(message, meta) ||
      isRefusal(message, meta);
    if (!fromWorkflow && quiet) {
      log.debug({ from: 'temporal' }, message);
      return;
    }
    log[levels[level]](fieldsOf(meta), message);
  };
}

function fieldsOf(meta: LogMetadata): Record<string, unknown> {
  const { error, ...rest } = meta;
  const kept = Object.entries(rest).filter(([name, value]) => !noise.has(name) && typeof value !== 'symbol');
  const id: unknown =
    meta['transactionId'] ?? (meta['workflowType'] === 'transaction' ? meta['workflowId'] : undefined);
  return {
    ...Object.fromEntries(kept),
    ...given({ transactionId: id }),
    ...(error === undefined ? {} : error instanceof Error ? { err: error } : { error: error as unknown }),
  };
}
