import { ConfigError } from '../../src/config/configError';
import { readConfig } from '../../src/config/readConfig';
import { settingNames } from '../../src/config/settings';
import { problemsOf } from './problems';

describe('the configuration', () => {
  it('has the defaults of PROTOCOL §5', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      keepAliveTimeoutMs: 75_000,
      longestWaitS: 55,
      maxWaiting: 1_000,
      role: 'all',
      taskQueue: 'transactions',
      dev: { temporalPort: 7233, temporalUiPort: 8233, dataDir: '.temporal' },
      limits: {
        prepareTimeoutMs: 5_000,
        prepareAttempts: 3,
        completionTimeoutMs: 5_000,
        completionAttempts: 10,
        retryInitialMs: 200,
        retryMaxMs: 30_000,
        attentionRetryMs: 300_000,
        maxRequestTimeoutMs: 60_000,
        transactionTimeoutMs: 60_000,
        lockTimeoutMs: 10_000,
        onCommitFailure: 'retry',
        maxParticipants: 100,
        maxBodyBytes: 262_144,
        notifying: { timeoutMs: 10_000, initialMs: 1_000, maxMs: 3_600_000, forMs: 259_200_000 },
      },
      allowedParticipants: [],
      allowedNotify: [],
      auth: { tokens: [] },
      sweep: {
        recoveryUrls: [],
        intervalMs: 60_000,
        safetyMs: 120_000,
        maxActions: 100,
        stuckAfterMs: 600_000,
      },
      logLevel: 'info',
      console: true,
      webUiOrigins: ['http://127.0.0.1:8233', 'http://localhost:8233'],
      temporal: { namespace: 'default', environment: {} },
    });
  });

  it('takes every setting from the environment', () => {
    const config = readConfig({
      DTC_HOST: '::1',
      DTC_PORT: '0',
      DTC_PUBLIC_URL: 'https://pay.example.com/dtc/',
      DTC_ROLE: 'api',
      DTC_TASK_QUEUE: 'tx',
      DTC_COORDINATOR_ID: 'eu1',
      DTC_TEMPORAL_PORT: '7000',
      DTC_TEMPORAL_UI_PORT: '8000',
      DTC_DATA_DIR: 'data',
      DTC_PREPARE_TIMEOUT_MS: '10',
      DTC_PREPARE_ATTEMPTS: '1',
      DTC_COMPLETION_TIMEOUT_MS: '600000',
      DTC_COMPLETION_ATTEMPTS: '2',
      DTC_RETRY_INITIAL_MS: '1',
      DTC_RETRY_MAX_MS: '2',
      DTC_ATTENTION_RETRY_MS: '3',
      DTC_MAX_REQUEST_TIMEOUT_MS: '600000',
      DTC_TRANSACTION_TIMEOUT_MS: '604800000',
      DTC_LOCK_TIMEOUT_MS: '10',
      DTC_ON_COMMIT_FAILURE: 'rollback',
      DTC_MAX_PARTICIPANTS: '1000',
      DTC_MAX_BODY_BYTES: '1024',
      DTC_ALLOWED_PARTICIPANTS: '10.0.0.0/8, *.example.com',
      DTC_JWKS_URL: 'https://id.example.com/keys',
      DTC_LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      publicUrl: 'https://pay.example.com/dtc',
      role: 'api',
      taskQueue: 'tx',
      coordinatorId: 'eu1',
      dev: { temporalPort: 7000, temporalUiPort: 8000, dataDir: 'data' },
      limits: {
        prepareTimeoutMs: 10,
        prepareAttempts: 1,
        completionTimeoutMs: 600_000,
        completionAttempts: 2,
        retryInitialMs: 1,
        retryMaxMs: 2,
        attentionRetryMs: 3,
        maxRequestTimeoutMs: 600_000,
        transactionTimeoutMs: 604_800_000,
        lockTimeoutMs: 10,
        onCommitFailure: 'rollback',
        maxParticipants: 1_000,
        maxBodyBytes: 1_024,
      },
      auth: { jwt: { jwksUrl: 'https://id.example.com/keys' } },
      logLevel: 'debug',
    });
    expect(config.allowedParticipants).toHaveLength(2);
  });

  it('rules who may be told by DTC_ALLOWED_NOTIFY, and by DTC_ALLOWED_PARTICIPANTS without it', () => {
    const participants = { DTC_ALLOWED_PARTICIPANTS: '10.0.0.0/8, *.example.com' };
    const without = readConfig(participants);
    expect(without.allowedNotify).toEqual(without.allowedParticipants);
    const { allowedNotify } = readConfig({ ...participants, DTC_ALLOWED_NOTIFY: 'https://shop.example' });
    expect(allowedNotify).toEqual([{ kind: 'origin', origin: 'https://shop.example' }]);
    expect(problemsOf({ DTC_ALLOWED_NOTIFY: ',' })).toMatchObject([{ name: 'DTC_ALLOWED_NOTIFY' }]);
  });

  it('lists every problem at once, each with name, value and what is allowed', () => {
    const env = { DTC_PORT: '80a', DTC_ROLE: 'boss', DTC_PRT: '1' };
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(problemsOf(env)).toEqual([
      { name: 'DTC_PRT', message: 'there is no such setting; did you mean DTC_PORT?' },
      { name: 'DTC_PORT', value: '80a', message: 'allowed: a whole number from 0 to 65535' },
      { name: 'DTC_ROLE', value: 'boss', message: 'allowed: one of api, worker, all' },
    ]);
    expect(() => readConfig(env)).toThrow(/DTC_PRT.*\n.*DTC_PORT="80a": allowed.*\n.*DTC_ROLE="boss"/);
  });

  it.each([
    ['DTC_HOST', 'a b'],
    ['DTC_HOST', '[::1]'],
    ['DTC_PORT', '65536'],
    ['DTC_PORT', '-1'],
    ['DTC_PORT', '80.5'],
    ['DTC_PORT', ' 80'],
    ['DTC_PORT', ''],
    ['DTC_PUBLIC_URL', 'ftp://a'],
    ['DTC_PUBLIC_URL', 'pay.example.com'],
    ['DTC_TASK_QUEUE', 'a b'],
    ['DTC_COORDINATOR_ID', 'EU-1'],
    ['DTC_COORDINATOR_ID', 'a'.repeat(17)],
    ['DTC_TEMPORAL_PORT', '0'],
    ['DTC_DATA_DIR', ''],
    ['DTC_PREPARE_TIMEOUT_MS', '9'],
    ['DTC_PREPARE_TIMEOUT_MS', '600001'],
    ['DTC_PREPARE_ATTEMPTS', '0'],
    ['DTC_COMPLETION_ATTEMPTS', '0'],
    ['DTC_RETRY_INITIAL_MS', '0'],
    ['DTC_ATTENTION_RETRY_MS', '86400001'],
    ['DTC_TRANSACTION_TIMEOUT_MS', '9'],
    ['DTC_TRANSACTION_TIMEOUT_MS', '604800001'],
    ['DTC_LOCK_TIMEOUT_MS', '9'],
    ['DTC_LOCK_TIMEOUT_MS', '604800001'],
    ['DTC_LOCK_TIMEOUT_MS', '10s'],
    ['DTC_ON_COMMIT_FAILURE', 'Retry'],
    ['DTC_MAX_PARTICIPANTS', '0'],
    ['DTC_MAX_BODY_BYTES', '1e6'],
    ['DTC_ALLOWED_PARTICIPANTS', ''],
    ['DTC_ALLOWED_PARTICIPANTS', ' , '],
    ['DTC_ALLOWED_PARTICIPANTS', 'example.com'],
    ['DTC_JWKS_URL', 'http://id.example.com/keys'],
    ['DTC_LOG_LEVEL', 'loud'],
    ['TEMPORAL_ADDRESS', 'localhost'],
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['TEMPORAL_NAMESPACE', 'a b'],
  ])('refuses %s=%j by name', (name, value) => {
    expect(problemsOf({ [name]: value })).toMatchObject([{ name, value }]);
  });

  it('refuses a public URL with credentials or a query, and shows neither', () => {
    expect(problemsOf({ DTC_PUBLIC_URL: 'http://u:p@a/' })).toMatchObject([{ value: 'http://redacted@a/' }]);
    expect(problemsOf({ DTC_PUBLIC_URL: 'http://a/?x=1' })).toMatchObject([{ value: 'http://a/?redacted' }]);
    expect(problemsOf({ DTC_PUBLIC_URL: 'http://a/#x' })).toMatchObject([{ value: 'http://a/?redacted' }]);
  });

  it.each(['DTC_TEMPORAL_PORT', 'DTC_TEMPORAL_UI_PORT'])('refuses one port for the API and %s', name => {
    const env = { DTC_PORT: '9000', [name]: '9000' };
    const message = expect.stringContaining(`must differ from ${name}`) as string;
    expect(problemsOf(env)).toEqual([{ name: 'DTC_PORT', value: '9000', message }]);
    expect(readConfig({ ...env, TEMPORAL_ADDRESS: 'a:7233' }).port).toBe(9000);
    expect(readConfig({ ...env, DTC_ROLE: 'worker' }).port).toBe(9000);
  });

  it.each(['DTC_PORT', 'DTC_TEMPORAL_PORT', 'DTC_TEMPORAL_UI_PORT'])(
    'refuses one port for the metrics and %s, but not two free ones',
    name => {
      const message = expect.stringContaining(`must differ from ${name}`) as string;
      expect(problemsOf({ DTC_METRICS_PORT: '9000', [name]: '9000' })).toEqual([
        { name: 'DTC_METRICS_PORT', value: '9000', message },
      ]);
      expect(readConfig({ DTC_METRICS_PORT: '0', DTC_PORT: '0' }).metricsPort).toBe(0);
      expect(readConfig({}).metricsPort).toBeUndefined();
    },
  );

  const secrets = [
    'ftp://a/?key=hidden',
    'http://ok/,http://a/x?key=hidden',
    'a/x?key=hidden',
    'x://a#hidden',
    'ftp://me:hidden@a',
    'http://me:hid/hidden@a b',
    'http://me:hid?hidden@a b',
    '//me:hidden@a',
    'me:hidden@a:1',
    'http://ok/, ftp://me:hid,hidden@a/?hidden',
  ];
  it.each([...settingNames, 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'])(
    'shows neither credentials nor a query in what it says of a bad %s',
    name => {
      for (const value of secrets) expect(said({ [name]: value })).not.toMatch(/hid/);
    },
  );

  it.each([
    ['http://a, example.com', 'example.com', 'entry 2 is no origin, suffix or CIDR; '],
    ['http://user:p@a', 'http://redacted@a', 'entry 1 holds credentials; '],
    ['http://a/?key=p', 'http://a/?redacted', 'entry 1 is more than an origin; '],
    [' , ', ' , ', 'names nobody: unset it, or say who may be called; '],
    [
      '10/8, http://a, b, http://',
      '10/8, b, http://',
      'entry 1 is no CIDR; entry 3 is no origin, suffix or CIDR; entry 4 is no URL; ',
    ],
    [
      'b, http://u:12,34@a',
      'b, http://redacted@a',
      'entry 1 is no origin, suffix or CIDR; entry 3 is no origin, suffix or CIDR; ',
    ],
    [
      'b, http://a/?p,4',
      'b, http://a/?redacted',
      'entry 1 is no origin, suffix or CIDR; entry 2 is more than an origin; entry 3 is no origin, suffix or CIDR; ',
    ],
  ])(
    'refuses the allow-list %j by all its bad entries, and shows nothing private of them',
    (text, value, what) => {
      const allowed =
        'allowed: a comma list of origins (http://payments:8080), hosts by suffix (*.example.com) and CIDRs (10.0.0.0/8)';
      for (const name of ['DTC_ALLOWED_PARTICIPANTS', 'DTC_ALLOWED_NOTIFY'])
        expect(problemsOf({ [name]: text })).toEqual([{ name, value, message: what + allowed }]);
    },
  );

  it('refuses intervals that shrink, and lets unset ones follow those that are set', () => {
    expect(problemsOf({ DTC_RETRY_INITIAL_MS: '500', DTC_RETRY_MAX_MS: '499' })).toMatchObject([
      { name: 'DTC_RETRY_MAX_MS', value: '499', message: 'must be at least DTC_RETRY_INITIAL_MS, 500' },
    ]);
    expect(problemsOf({ DTC_ATTENTION_RETRY_MS: '29999' })).toMatchObject([
      { name: 'DTC_ATTENTION_RETRY_MS' },
    ]);
    expect(readConfig({ DTC_RETRY_INITIAL_MS: '400000' }).limits).toMatchObject({
      retryMaxMs: 400_000,
      attentionRetryMs: 400_000,
    });
  });

  it('refuses one port for both of Temporal’s', () => {
    expect(problemsOf({ DTC_TEMPORAL_PORT: '8233' })).toMatchObject([
      { name: 'DTC_TEMPORAL_UI_PORT', value: '8233' },
    ]);
  });
});

describe('a name that is unknown', () => {
  it.each([
    ['DTC_PREPARE_TIMEOUT', 'DTC_PREPARE_TIMEOUT_MS'],
    ['DTC_API_TOKEN', 'DTC_API_TOKENS'],
    ['DTC_LOGLEVEL', 'DTC_LOG_LEVEL'],
    ['DTC_LOCKS_TIMEOUT_MS', 'DTC_LOCK_TIMEOUT_MS'],
  ])('stops the start, with what may have been meant: %s', (name, meant) => {
    expect(problemsOf({ [name]: 'secret' })).toEqual([
      { name, message: `there is no such setting; did you mean ${meant}?` },
    ]);
  });

  it('is not guessed at where nothing is near', () => {
    expect(problemsOf({ DTC_COLOUR: 'x' })).toEqual([
      { name: 'DTC_COLOUR', message: 'there is no such setting' },
    ]);
  });

  it('of others is none of ours', () => {
    expect(
      problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', PATH: '/bin', XDTC_PORT: 'x', TEMPORAL_X: 'y' }),
    ).toEqual([]);
  });
});

describe('DTC_JWT_ISSUER and DTC_JWT_AUDIENCE', () => {
  const keys = { DTC_JWKS_URL: 'https://id.example.com/keys' };

  it('are read as they are', () => {
    const env = { ...keys, DTC_JWT_ISSUER: 'https://id.example.com/', DTC_JWT_AUDIENCE: 'api://coordinator' };
    expect(readConfig(env).auth.jwt).toEqual({
      jwksUrl: 'https://id.example.com/keys',
      issuer: 'https://id.example.com/',
      audience: 'api://coordinator',
    });
  });

  it.each(['DTC_JWT_ISSUER', 'DTC_JWT_AUDIENCE'])(
    '%s is refused without a key set, and with a blank',
    name => {
      expect(problemsOf({ [name]: 'x' })).toEqual([
        { name, message: 'says what JWTs are taken, which needs DTC_JWKS_URL' },
      ]);
      expect(problemsOf({ ...keys, [name]: 'x ' })).toMatchObject([{ name, value: 'x ' }]);
    },
  );
});

describe('DTC_SIGNING_SECRET', () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

  it('is a Standard Webhooks secret', () => {
    expect(readConfig({ DTC_SIGNING_SECRET: secret }).signingSecrets).toEqual([secret]);
  });

  it('may be a list while one replaces another, of which none stands twice', () => {
    const next = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
    const { signingSecrets } = readConfig({ DTC_SIGNING_SECRET: `${next}, ${secret}` });
    expect(signingSecrets).toEqual([next, secret]);
    for (const wrong of [`${secret},${secret}`, `${secret},`, `${secret},x`])
      expect(problemsOf({ DTC_SIGNING_SECRET: wrong })).toMatchObject([{ name: 'DTC_SIGNING_SECRET' }]);
  });

  it.each(['', 'secret', 'whsec_', `whsec_${Buffer.alloc(23).toString('base64')}`, `${secret}!`])(
    'of another form is refused: %p',
    text => {
      const message =
        'allowed: "whsec_" and the base64 of 24 to 64 random bytes, or a comma list, of which the first two sign (the value is not shown)';
      expect(problemsOf({ DTC_SIGNING_SECRET: text })).toEqual([{ name: 'DTC_SIGNING_SECRET', message }]);
    },
  );
});

describe('DTC_SIGNING_MASTER_KEY', () => {
  const bytes = Buffer.alloc(32, 7).toString('base64');
  const allowed =
    'allowed: "dtckey_" and the base64 of 32 to 64 random bytes, or a comma list, of which the first two sign (the value is not shown)';

  it('is a key of its own form, alone or beside the shared secret', () => {
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const env = { DTC_SIGNING_MASTER_KEY: `dtckey_${bytes}`, DTC_SIGNING_SECRET: other };
    expect(readConfig(env)).toMatchObject({
      signingMasterKeys: [`dtckey_${bytes}`],
      signingSecrets: [other],
    });
  });

  it.each(['', `whsec_${bytes}`, bytes, `dtckey_${Buffer.alloc(31).toString('base64')}`])(
    'of another form is refused: %p',
    text => {
      const [problem] = problemsOf({ DTC_SIGNING_MASTER_KEY: text });
      expect(problem).toEqual({ name: 'DTC_SIGNING_MASTER_KEY', message: allowed });
    },
  );

  it('may not be the shared secret under another name', () => {
    const env = { DTC_SIGNING_MASTER_KEY: `dtckey_${bytes}`, DTC_SIGNING_SECRET: `whsec_${bytes}` };
    expect(problemsOf(env)).toMatchObject([{ name: 'DTC_SIGNING_MASTER_KEY' }]);
    const among = {
      ...env,
      DTC_SIGNING_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')},whsec_${bytes}`,
    };
    expect(problemsOf(among)).toMatchObject([{ name: 'DTC_SIGNING_MASTER_KEY' }]);
    expect(() => readConfig(env)).not.toThrow(bytes);
  });
});

describe('secrets', () => {
  it('are in no message', () => {
    const env = {
      DTC_API_TOKENS: 'alice:client:hidden',
      DTC_SIGNING_SECRET: 'hidden',
      DTC_SIGNING_MASTER_KEY: 'hidden',
      DTC_APITOKENS: 'hidden',
      DTC_PUBLIC_URL: 'http://user:hidden@a/?key=hidden',
      DTC_JWKS_URL: 'http://a/keys?key=hidden',
      DTC_ALLOWED_PARTICIPANTS: 'http://a/?key=hidden',
      DTC_RECOVERY_URLS: 'http://user:hidden@a/x?key=hidden',
    };
    expect(
      problemsOf(env)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(env).sort());
    expect(() => readConfig(env)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hidden') as string }) as Error,
    );
  });
});

describe('Temporal’s own settings', () => {
  it('are read where this program needs them, and passed on as they are', () => {
    const env = {
      TEMPORAL_ADDRESS: 'temporal.example.com:7233',
      TEMPORAL_NAMESPACE: 'pay',
      TEMPORAL_API_KEY: 'k',
    };
    const { temporal } = readConfig({ ...env, PATH: '/bin' });
    expect(temporal).toEqual({ address: 'temporal.example.com:7233', namespace: 'pay', environment: env });
  });

  it('count as unset when they are empty, as in Temporal’s own tools', () => {
    expect(readConfig({ TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '' }).temporal).toEqual({
      namespace: 'default',
      environment: {},
    });
  });

  it('take an address of IPv6', () => {
    expect(readConfig({ TEMPORAL_ADDRESS: '[::1]:7233' }).temporal.address).toBe('[::1]:7233');
  });
});

/** Every word of the refusal, or nothing where the value is allowed. */
function said(env: Record<string, string>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    return String(error);
  }
}
