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

/** More are as good as new: it is not to grow with what others make up. */
const mostKnown = 100;

/** The same of each line by itself, where several things may be wrong at once. */
export function eachSeldom(everyMs: Ms): (line: string) => boolean {
  const said = new Map<string, Ms>();
  return line => {
    const now = Date.now();
    const last = said.get(line);
    if (last !== undefined && now - last < everyMs) return false;
    if (said.size >= mostKnown) said.clear();
    said.set(line, now);
    return true;
  };
}
