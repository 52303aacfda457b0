/** Owns how long a client is kept waiting for an answer that says more: `Prefer: wait=<s>` (RFC 7240 §4.3), and the bound of all waits. */
import { type Request, type Response } from 'express';
import { type Config } from '../config/config';
import { type Ms } from '../protocol/wire/phases';
import { headerProblem } from './headerProblem';
import { Problem, retryAfter } from './problems';
import { contextOf } from './requestContext';

type Longest = Pick<Config, 'longestWaitS'>;

/** Whole seconds, or undefined where none were asked for. More than the longest are taken as that, as the answer says. */
export function waitSeconds(request: Request, { longestWaitS }: Longest): number | undefined {
  const text = preference(request.get('prefer') ?? '', 'wait');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), longestWaitS);
  const error = headerProblem('Prefer', `wait=${text}`, `wait must be whole seconds, 0 to ${longestWaitS}`);
  throw new Problem('invalid-request', 'the Prefer header is not valid', { errors: [error] });
}

export function applyWait(response: Response, seconds: number): void {
  response.set('preference-applied', `wait=${seconds}`);
}

/** Too many wait already: it is answered at once, and may ask again. */
export function withoutWait(response: Response): void {
  response.removeHeader('preference-applied');
  response.set(retryAfter);
}

/** When the answer must be on its way, whatever it waited for: counted from the arrival of the request. */
export function answerBy(response: Response, { longestWaitS }: Longest): Ms {
  return contextOf(response).arrivedAt + longestWaitS * 1_000;
}

/** After the wait there is one more look. */
const lookMs = 1_000;

/** What is left of a wait of so many seconds. */
export function waitMs(response: Response, seconds: number, longest: Longest): Ms {
  return Math.max(Math.min(seconds * 1_000, answerBy(response, longest) - Date.now() - lookMs), 0);
}

/** What a start may wait for its turn, and an action on many begin another one, so that there is time left for the answer. */
export function turnMs(response: Response, longest: Longest): Ms {
  return Math.max((answerBy(response, longest) - Date.now()) * 0.8, 0);
}

/** The first of its name counts (RFC 7240 §2); parameters after `;` mean nothing here. */
function preference(header: string, name: string): string | undefined {
  for (const part of header.match(/(?:[^,"]|"[^"]*")+/g) ?? []) {
    const [, key, value = ''] = /^\s*([^\s=;]+)\s*(?:=\s*"?([^";]*)"?)?/.exec(part) ?? [];
    if (key?.toLowerCase() === name) return value.trim();
  }
  return undefined;
}
