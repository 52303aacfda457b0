/**
 * Owns the keys that JWTs are checked with. They are read anew when they are ten minutes old, so that one that was withdrawn
 * goes; where that fails, those that are known go on for a day, since an identity provider that is away says nothing
 * against its keys. An unknown `kid` is looked up at once, but not again within half a minute of the last reading.
 */
import { type ExportedJWKSCache, type JWKSCacheInput, type JWTVerifyGetKey } from 'jose';
import { timestamp, type Ms } from '../protocol/wire/phases';
import { type Log } from '../telemetry/log';

const freshMs: Ms = 10 * 60_000;
const knownMs: Ms = 24 * 60 * 60_000;
const cooldownMs: Ms = 30_000;
const answersWithinMs: Ms = 3_000;

/** jose is loaded only where JWTs are in use: it is an ES module, which Node 20 warns about when CommonJS loads it. */
export async function createKeySet(jwksUrl: string, log: Pick<Log, 'warn'>): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet, jwksCache } = await import('jose');
  const read: Partial<ExportedJWKSCache> = {}; // jose writes into it when it has read the set
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: answersWithinMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: knownMs,
    [jwksCache]: read as JWKSCacheInput,
  });
  let triedAt: Ms = -Infinity;

  /** One request in half a minute waits for it; the others go on with what is known. */
  const refresh = async (readAt: Ms): Promise<void> => {
    const now = Date.now();
    const known = readAt + knownMs;
    if (now < readAt + freshMs || now < triedAt + cooldownMs || now >= known) return;
    triedAt = now;
    try {
      await keys.reload();
    } catch (err) {
      const until = { readAt: timestamp(readAt), until: timestamp(known) };
      log.warn({ err, ...until }, 'the keys of DTC_JWKS_URL cannot be read: those that are known go on');
    }
  };
  return async (header, token) => {
    if (read.uat !== undefined) await refresh(read.uat);
    return keys(header, token);
  };
}
