/** Owns the reading of `Retry-After` (RFC 9110 §10.2.3): seconds or an HTTP date; anything else is as if it were absent. */
import { type Ms } from './phases';

/** A longer wish is cut to this; the retry's own longest interval bounds it further (backoff.ts). */
const longestMs: Ms = 24 * 60 * 60 * 1000;

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} [\d:]{8} GMT|[A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/;

export function retryAfterMs(header: string | string[] | undefined, now: Ms): Ms | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  const wait = /^\d{1,15}$/.test(text)
    ? Number(text) * 1000
    : httpDate.test(text)
      ? instantOf(text) - now
      : NaN;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestMs);
}

/** The oldest of the three date forms (asctime) does not say that it is UTC. */
function instantOf(date: string): Ms {
  return Date.parse(date.endsWith('GMT') ? date : `${date} GMT`);
}
