/** Owns the summary of an activity that is about several. */
import { unlinked } from '../../src/protocol/wire/plainText';

const shown = 3;

/** For the Web UI, which shows it beside the activity's type: `prepareAll • hotel, car`. */
export function namesOf(names: readonly string[]): string {
  const more = names.length - shown;
  return unlinked(names.slice(0, shown).join(', ')) + (more > 0 ? ` and ${String(more)} more` : '');
}
