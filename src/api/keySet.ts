/**
 * Owns the keys that JWTs are checked with, and how often they are asked for.
 *
 * - They are read at the start, which does not wait for them: until they are there nobody with a JWT gets in, and whoever
 *   has a configured token does.
 * - From five minutes on they are read anew beside what goes on; when they are ten minutes old one request waits for that, so that
 *   a key that was withdrawn goes. Where it fails, those that are known go on for a day, since an identity provider that is away says
 *   nothing against its keys.
 * - An unknown `kid` is looked up at once, but not within half a minute of the last try, whatever came of it: callers choose it
 *   freely. While no key is known a try is made every second.
 */
import { type JWTVerifyGetKey } from 'jose';
import { timestamp, type Ms } from '../protocol/wire/phases';
import { type Log } from '../telemetry/log';

const aheadMs: Ms = 5 * 60_000;
const freshMs: Ms = 10 * 60_000;
const knownMs: Ms = 24 * 60 * 60_000;
const cooldownMs: Ms = 30_000;
const firstCooldownMs: Ms = 1_000;
const answersWithinMs: Ms = 3_000;

/** What jose says of a `kid` that is not in the set. */
const noSuchKey = 'ERR_JWKS_NO_MATCHING_KEY';

/** jose is loaded only where JWTs are in use: it is an ES module, which Node 20 warns about when CommonJS loads it. */
export async function createKeySet(jwksUrl: string, log: Pick<Log, 'warn'>): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose');
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: answersWithinMs,
    cooldownDuration: Infinity, // when it is read is said here alone
    cacheMaxAge: Infinity,
  });
  const set = new KeptSet(() => keys.reload(), log);
  void set.read();
  return async (header, token) => {
    await set.demandKnown();
    try {
      return await keys(header, token);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== noSuchKey) throw error;
      await set.read();
      set.throwFailure();
      return keys(header, token);
    }
  };
}

class KeptSet {
  #readAt: Ms = -Infinity;
  #triedAt: Ms = -Infinity;
  #underWay: Promise<void> | undefined;
  /** Why the last try failed. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly reload: () => Promise<void>,
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  /** @throws what the last try failed with, where no key is known, or none any more */
  async demandKnown(): Promise<void> {
    const age = Date.now() - this.#readAt;
    if (age >= knownMs) {
      await this.read();
      if (Date.now() - this.#readAt >= knownMs) this.throwFailure();
    } else if (age >= freshMs && this.#underWay === undefined) await this.read();
    else if (age >= aheadMs) void this.read();
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Ends when the try that is under way has, or at once where it is too early for another. Does not reject. */
  read(): Promise<void> {
    const now = Date.now();
    const isKnown = now - this.#readAt < knownMs;
    if (this.#underWay === undefined && now >= this.#triedAt + (isKnown ? cooldownMs : firstCooldownMs)) {
      this.#triedAt = now;
      this.#underWay = this.#try().finally(() => (this.#underWay = undefined));
    }
    return this.#underWay ?? Promise.resolve();
  }

  async #try(): Promise<void> {
    try {
      await this.reload();
      this.#readAt = Date.now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = { error };
      this.#warn(error);
    }
  }

  #warn(err: unknown): void {
    const until = this.#readAt + knownMs;
    if (Date.now() >= until)
      this.log.warn({ err }, 'the keys of DTC_JWKS_URL cannot be read: no JWT can be checked until they can');
    else
      this.log.warn(
        { err, readAt: timestamp(this.#readAt), until: timestamp(until) },
        'the keys of DTC_JWKS_URL cannot be read: those that are known go on',
      );
  }
}
