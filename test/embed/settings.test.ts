/** The settings of an embedded coordinator: as the environment's, but for what its host has. */
import { ConfigError } from '../../src/config/configError';
import { configOf } from '../../src/embed/settings';
import { withEnvironment } from '../support/environment';

const TEMPORAL_ADDRESS = 'temporal.example:7233';

function problemsOf(settings: object, hasConnection = true): unknown {
  try {
    return configOf(settings, { hasConnection });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it('are read as the environment is, numbers as their text, and what is undefined as not set', () => {
  const settings = {
    TEMPORAL_ADDRESS,
    DTC_PREPARE_ATTEMPTS: 7,
    DTC_ROLE: 'worker',
    DTC_PUBLIC_URL: undefined,
  };
  const config = configOf(settings, { hasConnection: false });
  expect(config).toMatchObject({
    role: 'worker',
    limits: { prepareAttempts: 7, completionAttempts: 10 },
    temporal: { address: TEMPORAL_ADDRESS, namespace: 'default' },
  });
});

it('take nothing from the environment', () => {
  const config = withEnvironment({ DTC_PREPARE_ATTEMPTS: '9' }, () => configOf({}, { hasConnection: true }));
  expect(config.limits.prepareAttempts).toBe(3);
});

it.each([
  ['a bad value', { DTC_PREPARE_ATTEMPTS: 0 }, { name: 'DTC_PREPARE_ATTEMPTS', value: '0' }, /1 to 10000/],
  ['a misspelt name', { DTC_TASK_QUEU: 'x' }, { name: 'DTC_TASK_QUEU' }, /did you mean DTC_TASK_QUEUE/],
  ['a name of another kind', { taskQueue: 'x' }, { name: 'taskQueue' }, /DTC_ and TEMPORAL_ names/],
  ['what the host has', { DTC_PORT: 80 }, { name: 'DTC_PORT', value: '80' }, /it is the host that listens/],
  ['a list', { DTC_ALLOWED_PARTICIPANTS: ['a'] }, { name: 'DTC_ALLOWED_PARTICIPANTS' }, /not of type object/],
  ['nothing', { DTC_ROLE: null }, { name: 'DTC_ROLE' }, /must be text or a number, not null/],
])('refuse %s', (_what, settings, problem, message) => {
  expect(problemsOf(settings)).toEqual([{ ...problem, message: expect.stringMatching(message) as string }]);
});

it('say all that is wrong at once, and no secret', () => {
  const token = 'alice:client:short';
  const error = (): void =>
    void configOf({ DTC_API_TOKENS: token, DTC_HOST: '::1', x: token }, { hasConnection: false });
  expect(error).toThrow(/DTC_API_TOKENS: [^]*DTC_HOST|DTC_HOST[^]*DTC_API_TOKENS/);
  expect(error).toThrow(/TEMPORAL_ADDRESS: is not set, and no connection is given/);
  expect(error).not.toThrow(/short/);
});
