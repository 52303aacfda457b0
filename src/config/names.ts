/** Owns which `DTC_` names exist. An unknown one stops the start: a setting with a typo must not be silently without effect. */
import { type SettingProblem } from './configError';

const settings = [
  'DTC_HOST',
  'DTC_PORT',
  'DTC_PUBLIC_URL',
  'DTC_ROLE',
  'DTC_TASK_QUEUE',
  'DTC_COORDINATOR_ID',
  'DTC_TEMPORAL_PORT',
  'DTC_TEMPORAL_UI_PORT',
  'DTC_DATA_DIR',
  'DTC_PREPARE_TIMEOUT_MS',
  'DTC_PREPARE_ATTEMPTS',
  'DTC_COMPLETION_TIMEOUT_MS',
  'DTC_COMPLETION_ATTEMPTS',
  'DTC_RETRY_INITIAL_MS',
  'DTC_RETRY_MAX_MS',
  'DTC_ATTENTION_RETRY_MS',
  'DTC_TRANSACTION_TIMEOUT_MS',
  'DTC_LOCK_TIMEOUT_MS',
  'DTC_ON_COMMIT_FAILURE',
  'DTC_MAX_PARTICIPANTS',
  'DTC_MAX_BODY_BYTES',
  'DTC_ALLOWED_PARTICIPANTS',
  'DTC_API_TOKENS',
  'DTC_JWKS_URL',
  'DTC_SIGNING_SECRET',
  'DTC_RECOVERY_URLS',
  'DTC_SWEEP_INTERVAL_MS',
  'DTC_SWEEP_SAFETY_MS',
  'DTC_SWEEP_MAX_ACTIONS',
  'DTC_STUCK_AFTER_MS',
  'DTC_LOG_LEVEL',
] as const;

export type SettingName = (typeof settings)[number];

const known: ReadonlySet<string> = new Set(settings);

/** Values are not repeated: a misspelt `DTC_API_TOKENS` holds a secret (I11). */
export function problemsOfNames(names: readonly string[]): SettingProblem[] {
  return names
    .filter(name => name.startsWith('DTC_') && !known.has(name))
    .map(name => ({ name, message: unknownName(name) }));
}

function unknownName(name: string): string {
  const near = nearest(name, [...known]);
  return `there is no such setting${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** The candidate that takes the fewest edits, if that is a third of the name's own part or fewer. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map(candidate => ({ candidate, edits: editsBetween(name, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const most = Math.max(2, (name.length - 'DTC_'.length) / 3);
  return best !== undefined && best.edits <= most ? best.candidate : undefined;
}

/** Levenshtein distance, one row at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(a).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}
