/**
 * Owns the reading of JWTs (RFC 7519): signed by a key of the configured set, not expired, by the configured issuer and for
 * the configured audience (RFC 8725 §3.8, §3.9), the caller's name in `sub` and its role in `role`. An invalid token is nobody's; keys that cannot be had are an outage, not an invalid token.
 */
import { type JwtTerms } from '../config/config';
import { callerNamePattern, isRole, type Role } from '../config/apiTokens';
import { given } from '../protocol/wire/given';
import { type Log } from '../telemetry/log';
import { createKeySet } from './keySet';
import { Problem, retryAfter } from './problems';

/** Signatures only: with a shared secret whoever can check a token could make one. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** What says that the token is bad. Everything else that is thrown says that it could not be checked. */
const tokenFaults = new Set([
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
]);

export interface Claims {
  readonly sub: string;
  readonly role: Role;
}

/** Clocks of two machines, apart. */
const clockToleranceS = 5;

export function createJwtReader(
  terms: JwtTerms,
  log: Pick<Log, 'warn'>,
): (token: string) => Promise<Claims | undefined> {
  const verifier = createVerifier(terms, log);
  return async token => {
    if (token.split('.').length !== 3) return undefined; // spares the key server what is no JWT
    try {
      const { sub, role } = await (await verifier)(token);
      return typeof sub === 'string' && callerNamePattern.test(sub) && isRole(role)
        ? { sub, role }
        : undefined;
    } catch (error) {
      if (tokenFaults.has(codeOf(error))) return undefined;
      throw new Problem('keys-unavailable', 'the key set cannot be read; try again', {
        headers: retryAfter,
        cause: error,
      });
    }
  };
}

async function createVerifier(
  { jwksUrl, issuer, audience }: JwtTerms,
  log: Pick<Log, 'warn'>,
): Promise<(token: string) => Promise<Record<string, unknown>>> {
  const { jwtVerify } = await import('jose');
  const keys = await createKeySet(jwksUrl, log);
  return async token => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      requiredClaims: ['sub', 'exp', 'role'],
      clockTolerance: clockToleranceS,
      ...given({ issuer, audience }),
    });
    return payload;
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
