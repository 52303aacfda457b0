/** Owns the settings of the orphan sweep. Its lists are called like any participant, so the allow-list rules them too. */
import { type AllowList } from '../outbound/allowList';
import { createPolicy } from '../outbound/policy';
import { redactText } from '../protocol/wire/urls';
import { type SweepConfig } from './config';
import { type SettingReader } from './settingReader';

export function readSweep(reader: SettingReader, participants: AllowList): SweepConfig {
  return {
    recoveryUrls: readRecoveryUrls(reader, participants),
    intervalMs: reader.value('DTC_SWEEP_INTERVAL_MS'),
    safetyMs: reader.value('DTC_SWEEP_SAFETY_MS'),
    maxActions: reader.value('DTC_SWEEP_MAX_ACTIONS'),
    stuckAfterMs: reader.value('DTC_STUCK_AFTER_MS'),
  };
}

function readRecoveryUrls(reader: SettingReader, participants: AllowList): readonly string[] {
  const urls = reader.value('DTC_RECOVERY_URLS') ?? [];
  const policy = createPolicy(participants);
  for (const [index, url] of urls.entries()) {
    const refusal = policy.check(url);
    if (refusal === undefined) continue;
    const message = `entry ${index + 1} may not be called: ${refusal}`;
    reader.refuse({ name: 'DTC_RECOVERY_URLS', value: redactText(url), message });
  }
  return urls;
}
