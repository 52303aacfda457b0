/** Owns what the package's commands print, the exit code that goes with it, and what is said of a wrong command line. */
import { plainJson, plainLines } from '../protocol/wire/plainText';

/** A whole document, for `--json`. */
export function json(document: unknown): string {
  return `${plainJson(JSON.stringify(document, undefined, 2))}\n`;
}

export function print(text: string): 0 {
  process.stdout.write(plainLines(text));
  return 0;
}

/** Wrong usage, or nobody answers. */
export function stop(command: string, message: string): 2 {
  process.stderr.write(plainLines(`${command}: ${message}`));
  return 2;
}

/** What is wrong with a command line, in one sentence for whoever wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
