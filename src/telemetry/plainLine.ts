/** Owns that a line of log is one: no text in it that came from outside begins another, or is obeyed by a terminal. */
import { plain, plainJson, plainLines } from '../protocol/wire/plainText';

/** What pino has written, one JSON object: the message in one line, the other texts (stack traces) with their lines. */
export function plainLine(line: string): string {
  if (isHarmless(line)) return line;
  const { msg, ...rest } = JSON.parse(line) as { readonly msg?: unknown };
  const fields = JSON.parse(JSON.stringify(rest), (_name, value: unknown) =>
    typeof value === 'string' ? plainLines(value) : value,
  ) as Record<string, unknown>;
  const message = typeof msg === 'string' ? { msg: plain(msg) } : {};
  return `${JSON.stringify({ ...fields, ...message })}\n`;
}

/** Nearly every line: nothing that is not seen, as it is or escaped. */
function isHarmless(line: string): boolean {
  return !/\\[bfnrtu]/.test(line) && plainJson(line) === line;
}
