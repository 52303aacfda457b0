/**
 * Owns who calls: a bearer token of `DTC_API_TOKENS`, or a JWT that a key of `DTC_JWKS_URL` has signed (RFC 6750). With
 * neither configured everybody is `anonymous` and an operator, which the bind rule keeps to this machine.
 */
import { timingSafeEqual } from 'node:crypto';
import { type RequestHandler } from 'express';
import { type ApiToken, hashToken } from '../config/apiTokens';
import { isAuthenticated } from '../config/bindRule';
import { type AuthConfig } from '../config/config';
import { type Log } from '../telemetry/log';
import { type Caller, contextOf } from './requestContext';
import { type Claims, createJwtReader } from './jwt';
import { Problem } from './problems';

const anonymous: Caller = {
  ...{ name: 'anonymous', plainName: 'anonymous', ownsUnmarked: true },
  role: 'operator',
};

export function authenticate(auth: AuthConfig, log: Pick<Log, 'warn'>): RequestHandler {
  const identify = isAuthenticated({ auth }) ? createIdentifier(auth, log) : () => Promise.resolve(anonymous);
  return async (request, response, next) => {
    contextOf(response).caller = await identify(request.headers.authorization);
    next();
  };
}

function createIdentifier(
  { tokens, jwt }: AuthConfig,
  log: Pick<Log, 'warn'>,
): (authorization: string | undefined) => Promise<Caller> {
  const readJwt = jwt === undefined ? undefined : createJwtReader(jwt, log);
  return async authorization => {
    const token = bearerToken(authorization);
    const caller = ownerOf(token, tokens) ?? jwtCaller(await readJwt?.(token), tokens);
    if (caller === undefined) throw unauthenticated('the token is not a valid one', 'invalid_token');
    return caller;
  };
}

function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated('send a token: "Authorization: Bearer <token>"');
  return token;
}

/** Hashes are compared, all of them and in constant time, so that timing tells nothing of a token. */
function ownerOf(token: string, tokens: readonly ApiToken[]): Caller | undefined {
  const hash = hashToken(token);
  const owner = tokens.filter(candidate => timingSafeEqual(candidate.hash, hash))[0];
  if (owner === undefined) return undefined;
  const { name, role } = owner;
  return { name, plainName: name, ownsUnmarked: true, role };
}

/** Whoever issues tokens chooses `sub` freely: it is another caller than the configured token of that name. */
function jwtCaller(claims: Claims | undefined, tokens: readonly ApiToken[]): Caller | undefined {
  if (claims === undefined) return undefined;
  const { sub, role } = claims;
  const ownsUnmarked = !tokens.some(({ name }) => name === sub);
  return { name: `jwt:${sub}`, plainName: sub, ownsUnmarked, role };
}

function unauthenticated(detail: string, error?: 'invalid_token'): Problem {
  const challenge = `Bearer realm="transactions"${error === undefined ? '' : `, error="${error}"`}`;
  return new Problem('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
}
