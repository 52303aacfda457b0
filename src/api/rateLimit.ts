/**
 * Owns how many requests a second one caller may send (`DTC_RATE_LIMIT`, PROTOCOL §5): a caller by name, an address where callers
 * need not authenticate. An operator's `abort`, `retry`, `resolve` and `sweep` are never refused, nor are the reads of one who has
 * authenticated: they are what ends trouble.
 */
import { type Request, type RequestHandler } from 'express';
import { type Ms } from '../protocol/wire/phases';
import { type Caller, callerOf } from './requestContext';
import { Problem } from './problems';

/** @param perSecond undefined: as many as anybody likes */
export function limitRate(perSecond: number | undefined, isAuthenticated: boolean): RequestHandler {
  if (perSecond === undefined)
    return (_request, _response, next) => {
      next();
    };
  const rates = new Rates(perSecond);
  return (request, response, next) => {
    const caller = callerOf(response);
    if (isLimited(request, caller, isAuthenticated)) {
      const who = isAuthenticated ? `"${caller.name}"` : (request.socket.remoteAddress ?? 'an address');
      const waitMs = rates.take(who, performance.now());
      if (waitMs > 0) throw tooMany(who, perSecond, waitMs);
    }
    next();
  };
}

function isLimited(request: Request, { role }: Caller, isAuthenticated: boolean): boolean {
  if (role !== 'operator') return true;
  if (request.method === 'POST') return !/\/(?:abort|retry|resolve|sweep)\/?$/.test(request.path);
  return request.method === 'DELETE' || !isAuthenticated;
}

function tooMany(who: string, perSecond: number, waitMs: Ms): Problem {
  const detail = `${who} sends more than ${perSecond} requests a second; nothing was done by this one`;
  return new Problem('rate-limited', detail, {
    headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
  });
}

/** A burst is what was left unused of so long. */
const burstMs: Ms = 10_000;
const forgetAt = 1_000;

/** Token buckets, as the generic cell rate algorithm keeps them: of each caller only when its bucket will be full again. */
export class Rates {
  readonly #intervalMs: Ms;
  readonly #fullAt = new Map<string, Ms>();
  #forgetAt = forgetAt;

  constructor(perSecond: number) {
    this.#intervalMs = 1_000 / perSecond;
  }

  get size(): number {
    return this.#fullAt.size;
  }

  /** 0 where it may go on, else how long until it may. */
  take(who: string, now: Ms): Ms {
    const fullAt = Math.max(this.#fullAt.get(who) ?? now, now) + this.#intervalMs;
    const waitMs = fullAt - now - burstMs;
    if (waitMs > 1e-6) return waitMs;
    this.#fullAt.set(who, fullAt);
    if (this.#fullAt.size >= this.#forgetAt) this.#forget(now);
    return 0;
  }

  #forget(now: Ms): void {
    for (const [who, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(who);
    this.#forgetAt = Math.max(forgetAt, this.#fullAt.size * 2);
  }
}
