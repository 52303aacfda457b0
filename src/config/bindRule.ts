/**
 * Owns the bind rule (PROTOCOL §5): whoever listens for others than this machine must know who calls, and must not be a way
 * to reach any address of the network it stands in. Receivers of notifications need no rule of their own: without `DTC_ALLOWED_NOTIFY`
 * they are ruled by what is needed here, and a list that is set names somebody.
 */
import { type Config } from './config';
import { type SettingProblem } from './configError';
import { isLoopback } from './parsers';

export function problemsOfBinding(config: Config): SettingProblem[] {
  const isApi = config.role !== 'worker';
  if (isLoopback(config.host) || (!isApi && config.metricsPort === undefined)) return [];
  const missing = [
    ...(isAuthenticated(config) ? whatJwtsLack(config) : ['DTC_API_TOKENS or DTC_JWKS_URL']),
    ...(isApi && config.allowedParticipants.length === 0 ? ['DTC_ALLOWED_PARTICIPANTS'] : []), // metrics start nothing
  ];
  if (missing.length === 0) return [];
  const message = `is not a loopback address, which needs ${missing.join(', and ')} set; or use 127.0.0.1`;
  return [{ name: 'DTC_HOST', value: config.host, message }];
}

/** Keys that sign for others too would let in whoever has a token for one of those. */
function whatJwtsLack({ auth: { jwt } }: Config): string[] {
  if (jwt === undefined) return [];
  return [
    ...(jwt.issuer === undefined ? ['DTC_JWT_ISSUER'] : []),
    ...(jwt.audience === undefined ? ['DTC_JWT_AUDIENCE'] : []),
  ];
}

export function isAuthenticated({ auth }: Pick<Config, 'auth'>): boolean {
  return auth.tokens.length > 0 || auth.jwt !== undefined;
}
