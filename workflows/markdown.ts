/** Owns what the details in the Web UI are written with. */
import { plain, unlinked } from '../src/protocol/wire/plainText';

/** The Web UI sets no space between columns: two that do not break make some. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map(text => `${text}\u00a0\u00a0`).join(' | ')} |`;
}

/** To the second: from RFC 3339 to what is read at a glance. */
export function time(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Text from outside must not break the table, become markup or link anywhere. */
export function cell(text: string): string {
  return unlinked(
    plain(text)
      .replaceAll(/[\\|<>&`*_~[\]]/g, '\\$&')
      .replaceAll(/\s+/g, ' '),
  );
}
