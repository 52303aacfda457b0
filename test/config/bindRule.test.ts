import { readConfig } from '../../src/config/readConfig';

const token = { DTC_API_TOKENS: 'alice:client:0123456789abcdef' };
const keySet = { DTC_JWKS_URL: 'https://id.example.com/keys' };
const keys = { ...keySet, DTC_JWT_ISSUER: 'https://id.example.com', DTC_JWT_AUDIENCE: 'coordinator' };
const allowed = { DTC_ALLOWED_PARTICIPANTS: '10.0.0.0/8' };

describe('a host that others can reach', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'coordinator.example.com', '128.0.0.1', 'localhost.example.com'])(
    '%s needs to know who calls, and whom it may call',
    host => {
      expect(() => readConfig({ DTC_HOST: host })).toThrow(
        'needs DTC_API_TOKENS or DTC_JWKS_URL, and DTC_ALLOWED_PARTICIPANTS',
      );
    },
  );

  it.each([
    ['who calls', allowed, 'needs DTC_API_TOKENS or DTC_JWKS_URL set'],
    ['whom it may call', token, 'needs DTC_ALLOWED_PARTICIPANTS set'],
    ['whom it may call', keys, 'needs DTC_ALLOWED_PARTICIPANTS set'],
    ['whose JWTs', { ...keySet, ...allowed }, 'needs DTC_JWT_ISSUER, and DTC_JWT_AUDIENCE set'],
    ['whose JWTs', { ...keySet, ...token, ...allowed }, 'needs DTC_JWT_ISSUER, and DTC_JWT_AUDIENCE set'],
    ['for whom JWTs are', { ...keys, DTC_JWT_AUDIENCE: undefined, ...allowed }, 'needs DTC_JWT_AUDIENCE set'],
  ])('is not used while it does not know %s', (_, env, message) => {
    expect(() => readConfig({ DTC_HOST: '0.0.0.0', ...env })).toThrow(message);
  });

  it.each([
    ['tokens', token],
    ['keys', keys],
  ])('is used with %s and an allow-list', (_, env) => {
    expect(readConfig({ DTC_HOST: '0.0.0.0', ...env, ...allowed }).host).toBe('0.0.0.0');
  });

  it('is nothing to a worker, which listens to nobody', () => {
    expect(readConfig({ DTC_HOST: '0.0.0.0', DTC_ROLE: 'worker' }).role).toBe('worker');
  });

  it('needs to know who calls where a worker tells its metrics, and nothing else', () => {
    const worker = { DTC_HOST: '0.0.0.0', DTC_ROLE: 'worker', DTC_METRICS_PORT: '9464' };
    expect(() => readConfig(worker)).toThrow('needs DTC_API_TOKENS or DTC_JWKS_URL set');
    expect(readConfig({ ...worker, ...token }).metricsPort).toBe(9464);
  });

  it('is not complained of twice when a setting that it needs is bad', () => {
    const env = { DTC_HOST: '0.0.0.0', ...allowed, DTC_API_TOKENS: 'alice' };
    expect(() => readConfig(env)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ name: 'DTC_API_TOKENS' })] }) as Error,
    );
  });
});

it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST'])('%s needs nothing', host => {
  expect(readConfig({ DTC_HOST: host }).host).toBe(host);
});
