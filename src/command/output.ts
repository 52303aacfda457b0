/** Owns what the package's commands print, and the exit code that goes with it. */

/** A whole document, for `--json`. */
export function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

/** Wrong usage, or nobody answers. */
export function stop(command: string, message: string): 2 {
  process.stderr.write(`${command}: ${message}`);
  return 2;
}
