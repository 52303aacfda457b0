/** Owns the numbers that bound a transaction. Their ranges are what timers and one entry of Temporal's history can hold. */
import { type NotifyTerms } from '../protocol/notification/steps';
import { type Limits } from './config';
import { type SettingReader } from './settingReader';

export function readLimits(reader: SettingReader): Limits {
  return {
    prepareTimeoutMs: reader.value('DTC_PREPARE_TIMEOUT_MS'),
    prepareAttempts: reader.value('DTC_PREPARE_ATTEMPTS'),
    completionTimeoutMs: reader.value('DTC_COMPLETION_TIMEOUT_MS'),
    completionAttempts: reader.value('DTC_COMPLETION_ATTEMPTS'),
    ...readIntervals(reader),
    maxRequestTimeoutMs: reader.value('DTC_MAX_REQUEST_TIMEOUT_MS'),
    transactionTimeoutMs: reader.value('DTC_TRANSACTION_TIMEOUT_MS'),
    lockTimeoutMs: reader.value('DTC_LOCK_TIMEOUT_MS'),
    onCommitFailure: reader.value('DTC_ON_COMMIT_FAILURE'),
    maxParticipants: reader.value('DTC_MAX_PARTICIPANTS'),
    maxBodyBytes: reader.value('DTC_MAX_BODY_BYTES'),
    notifying,
  };
}

/** Part of the contract (PROTOCOL §3), not a setting: waits up to an hour, for three days. */
const notifying: NotifyTerms = {
  timeoutMs: 10_000,
  initialMs: 1_000,
  maxMs: 3_600_000,
  forMs: 3 * 86_400_000,
};

type Intervals = Pick<Limits, 'retryInitialMs' | 'retryMaxMs' | 'attentionRetryMs'>;

/** Each at least the one before. One that is left unset follows the one before up, rather than being in its way. */
function readIntervals(reader: SettingReader): Intervals {
  const initial = reader.value('DTC_RETRY_INITIAL_MS');
  const longest = notBelow(reader, 'DTC_RETRY_MAX_MS', { name: 'DTC_RETRY_INITIAL_MS', value: initial });
  const attention = notBelow(reader, 'DTC_ATTENTION_RETRY_MS', { name: 'DTC_RETRY_MAX_MS', value: longest });
  return { retryInitialMs: initial, retryMaxMs: longest, attentionRetryMs: attention };
}

function notBelow(
  reader: SettingReader,
  name: 'DTC_RETRY_MAX_MS' | 'DTC_ATTENTION_RETRY_MS',
  least: { readonly name: string; readonly value: number },
): number {
  const value = reader.value(name);
  if (value >= least.value) return value;
  if (!reader.isUsable(name)) return least.value;
  const message = `must be at least ${least.name}, ${least.value}`;
  reader.refuse({ name, value: String(value), message });
  return value;
}
