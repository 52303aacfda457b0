/** Owns which `DTC_` names exist. An unknown one stops the start: a setting with a typo must not be silently without effect. */
import { type SettingProblem } from './configError';
import { settingNames } from './settings';

const known: ReadonlySet<string> = new Set(settingNames);

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
