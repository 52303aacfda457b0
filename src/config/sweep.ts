/** Owns the settings of the orphan sweep. Its lists are called like any participant, so the allow-list rules them too. */
import { type AllowList } from '../outbound/allowList';
import { type Policy, createPolicy } from '../outbound/policy';
import { readHttpUrl } from '../protocol/client/participantUrl';
import { lastSegment, redactText } from '../protocol/wire/urls';
import { type SweepConfig } from './config';
import { type SettingReader } from './settingReader';

const mostLists = 100;
const allowed = `allowed: a comma list of at most ${mostLists} http:// or https:// URLs without credentials, whose last path segment is "prepared"`;

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
  const text = reader.value('DTC_RECOVERY_URLS');
  if (text === undefined) return [];
  const read = parseRecoveryUrls(text, participants);
  if ('urls' in read) return read.urls;
  reader.refuse({ name: 'DTC_RECOVERY_URLS', value: redactText(read.entry), message: read.problem });
  return [];
}

type Parsed = { readonly urls: readonly string[] } | { readonly entry: string; readonly problem: string };

function parseRecoveryUrls(text: string, participants: AllowList): Parsed {
  const policy = createPolicy(participants);
  const urls: string[] = [];
  const entries = text.split(',').map(each => each.trim());
  for (const [index, entry] of entries.entries()) {
    const read = readHttpUrl(entry);
    const problem = 'wrong' in read ? read.wrong : whyNoList(read.href, urls, policy);
    if (problem !== undefined) return { entry, problem: `entry ${index + 1} ${problem}; ${allowed}` };
    if ('href' in read) urls.push(read.href);
  }
  if (urls.length <= mostLists) return { urls };
  return { entry: text, problem: `names ${urls.length} lists; ${allowed}` };
}

function whyNoList(href: string, others: readonly string[], policy: Policy): string | undefined {
  if (lastSegment(new URL(href)) !== 'prepared') return 'does not end in "prepared"';
  if (others.includes(href)) return 'repeats an earlier one';
  const refusal = policy.check(href);
  return refusal === undefined ? undefined : `may not be called: ${refusal}`;
}
