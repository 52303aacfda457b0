/** Owns the numbers that bound a transaction. Their ranges are what timers and one entry of Temporal's history can hold. */
import { type Limits } from './config';
import { integer, oneOf } from './parsers';
import { type SettingReader } from './settingReader';
import { requestTimeoutMs, transactionTimeoutMs } from '../protocol/client/transactionSchema';

const ms = ' (milliseconds)';
const dayMs = 86_400_000;
const attempts = integer(1, 10_000);
const requestTimeout = integer(requestTimeoutMs.min, requestTimeoutMs.max, ms);
const interval = integer(1, dayMs, ms);

/** A transaction's input is one payload of Temporal's, 2 MiB at most, and it is larger than the body it came in. */
const bodyBytes = integer(1_024, 524_288, ' (bytes)');

export function readLimits(reader: SettingReader): Limits {
  const limits: Limits = {
    prepareTimeoutMs: reader.withDefault('DTC_PREPARE_TIMEOUT_MS', requestTimeout, 5_000),
    prepareAttempts: reader.withDefault('DTC_PREPARE_ATTEMPTS', attempts, 3),
    completionTimeoutMs: reader.withDefault('DTC_COMPLETION_TIMEOUT_MS', requestTimeout, 5_000),
    completionAttempts: reader.withDefault('DTC_COMPLETION_ATTEMPTS', attempts, 10),
    ...readIntervals(reader),
    transactionTimeoutMs: reader.withDefault(
      'DTC_TRANSACTION_TIMEOUT_MS',
      integer(transactionTimeoutMs.min, transactionTimeoutMs.max, ms),
      60_000,
    ),
    lockTimeoutMs: reader.withDefault(
      'DTC_LOCK_TIMEOUT_MS',
      integer(transactionTimeoutMs.min, transactionTimeoutMs.max, ms),
      10_000,
    ),
    onCommitFailure: reader.withDefault('DTC_ON_COMMIT_FAILURE', oneOf('retry', 'rollback'), 'retry'),
    maxParticipants: reader.withDefault('DTC_MAX_PARTICIPANTS', integer(1, 1_000), 100),
    maxBodyBytes: reader.withDefault('DTC_MAX_BODY_BYTES', bodyBytes, 262_144),
  };
  return limits;
}

type Intervals = Pick<Limits, 'retryInitialMs' | 'retryMaxMs' | 'attentionRetryMs'>;

/** Each at least the one before. One that is left unset follows the one before up, rather than being in its way. */
function readIntervals(reader: SettingReader): Intervals {
  const initial = reader.withDefault('DTC_RETRY_INITIAL_MS', interval, 200);
  const longest = reader.optional('DTC_RETRY_MAX_MS', interval) ?? Math.max(30_000, initial);
  const attention = reader.optional('DTC_ATTENTION_RETRY_MS', interval) ?? Math.max(300_000, longest);
  if (longest < initial) refuse(reader, 'DTC_RETRY_MAX_MS', longest, `DTC_RETRY_INITIAL_MS, ${initial}`);
  if (attention < longest)
    refuse(reader, 'DTC_ATTENTION_RETRY_MS', attention, `DTC_RETRY_MAX_MS, ${longest}`);
  return { retryInitialMs: initial, retryMaxMs: longest, attentionRetryMs: attention };
}

function refuse(reader: SettingReader, name: string, value: number, least: string): void {
  reader.refuse({ name, value: String(value), message: `must be at least ${least}` });
}
