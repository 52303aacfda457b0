/** Owns `Prefer: wait=<s>` (RFC 7240 §4.3): how long a client will wait for an answer that says more. */
import { type Request, type Response } from 'express';
import { Problem } from './problems';

const longestWaitSeconds = 60;

/** Seconds from 0 to 60, or undefined where none were asked for. More than 60 are taken as 60, as the answer says. */
export function waitSeconds(request: Request): number | undefined {
  const text = preference(request.get('prefer') ?? '', 'wait');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), longestWaitSeconds);
  const error = {
    header: 'Prefer',
    value: `wait=${text.slice(0, 20)}`,
    message: 'wait must be whole seconds, 0 to 60',
  };
  throw new Problem('invalid-request', 'the Prefer header is not valid', { errors: [error] });
}

export function applyWait(response: Response, seconds: number): void {
  response.set('preference-applied', `wait=${seconds}`);
}

/** The first of its name counts (RFC 7240 §2); parameters after `;` mean nothing here. */
function preference(header: string, name: string): string | undefined {
  for (const part of header.match(/(?:[^,"]|"[^"]*")+/g) ?? []) {
    const [, key, value = ''] = /^\s*([^\s=;]+)\s*(?:=\s*"?([^";]*)"?)?/.exec(part) ?? [];
    if (key?.toLowerCase() === name) return value.trim();
  }
  return undefined;
}
