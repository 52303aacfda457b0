/** Owns saying the same thing again only after a while, where something is wrong all the time. */
import { type Ms } from '../protocol/wire/phases';

/** Whether a line is due: another one than before, or long enough ago. */
export function seldom(everyMs: Ms): (line: string) => boolean {
  let last: { readonly line: string; readonly at: Ms } | undefined;
  return line => {
    const now = Date.now();
    if (last?.line === line && now - last.at < everyMs) return false;
    last = { line, at: now };
    return true;
  };
}
