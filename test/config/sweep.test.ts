/** Owns the settings of the orphan sweep, as an operator writes them. */
import { readConfig } from '../../src/config/readConfig';
import { problemsOf } from './problems';

it('takes every setting of the sweep from the environment', () => {
  const env = {
    DTC_RECOVERY_URLS: 'https://a.example/hotel/prepared, http://b:9001/prepared?key=k',
    DTC_SWEEP_INTERVAL_MS: '1000',
    DTC_SWEEP_SAFETY_MS: '1',
    DTC_SWEEP_MAX_ACTIONS: '1000',
    DTC_STUCK_AFTER_MS: '2592000000',
  };
  expect(readConfig(env).sweep).toEqual({
    recoveryUrls: ['https://a.example/hotel/prepared', 'http://b:9001/prepared?key=k'],
    intervalMs: 1000,
    safetyMs: 1,
    maxActions: 1000,
    stuckAfterMs: 2_592_000_000,
  });
});

it.each([
  ['DTC_SWEEP_INTERVAL_MS', '999'],
  ['DTC_SWEEP_INTERVAL_MS', '1500'],
  ['DTC_SWEEP_INTERVAL_MS', '86400001'],
  ['DTC_SWEEP_SAFETY_MS', '0'],
  ['DTC_SWEEP_SAFETY_MS', '86400001'],
  ['DTC_SWEEP_MAX_ACTIONS', '0'],
  ['DTC_SWEEP_MAX_ACTIONS', '1001'],
  ['DTC_STUCK_AFTER_MS', '0'],
  ['DTC_STUCK_AFTER_MS', '2592000001'],
])('refuses %s=%j by name', (name, value) => {
  expect(problemsOf({ [name]: value })).toMatchObject([{ name, value }]);
});

describe('DTC_RECOVERY_URLS', () => {
  it.each([
    ['', '', /absolute/],
    ['http://a/prepared,', '', /entry 2 must be an absolute/],
    ['a/prepared', 'a/prepared', /absolute/],
    ['ftp://a/prepared', 'ftp://a/prepared', /absolute/],
    ['http://a/prepare', 'http://a/prepare', /does not end in "prepared"/],
    ['http://a/prepared/', 'http://a/prepared/', /does not end in "prepared"/],
    ['http://a/prepared,http://b/x', 'http://b/x', /entry 2 does not end/],
    ['http://u:hidden@a/prepared', 'http://redacted@a/prepared', /credentials/],
    ['http://a/x?key=hidden', 'http://a/x?redacted', /does not end/],
    ['http://a/prepared,http://a/prepared', 'http://a/prepared', /entry 2 repeats/],
    [
      'a,http://b/prepared,http://c/x',
      'a, http://c/x',
      /^entry 1 must be an absolute.*; entry 3 does not end in "prepared"; allowed/,
    ],
    ['http://169.254.169.254/prepared', 'http://169.254.169.254/prepared', /refused always/],
  ])('%j is refused, and names what is wrong', (text, value, message) => {
    expect(problemsOf({ DTC_RECOVERY_URLS: text })).toEqual([
      { name: 'DTC_RECOVERY_URLS', value, message: expect.stringMatching(message) as string },
    ]);
  });

  it('is refused where the allow-list of participants does not name its host', () => {
    const env = { DTC_ALLOWED_PARTICIPANTS: '*.example.com' };
    expect(
      readConfig({ ...env, DTC_RECOVERY_URLS: 'http://a.example.com/prepared' }).sweep.recoveryUrls,
    ).toEqual(['http://a.example.com/prepared']);
    expect(problemsOf({ ...env, DTC_RECOVERY_URLS: 'http://b/prepared' })).toMatchObject([
      { message: expect.stringContaining('DTC_ALLOWED_PARTICIPANTS') as string },
    ]);
  });

  it('is refused where it names more than a hundred', () => {
    const text = Array.from({ length: 101 }, (_, i) => `http://a/${i}/prepared`).join();
    expect(problemsOf({ DTC_RECOVERY_URLS: text })).toMatchObject([
      { message: expect.stringContaining('names 101 lists') as string },
    ]);
  });
});
