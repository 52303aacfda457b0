/** What keeps the coordinator from starting besides (start.test.ts), as the real process: test/config has each message by itself. */
import { newPlace, settings } from '../devServer/fixture';
import { endProcesses } from '../support/processes';
import { expectRefusal, failsToStart } from './refused';

afterEach(endProcesses);

it.each([
  ['a bad value', { DTC_PREPARE_ATTEMPTS: 'many' }, /DTC_PREPARE_ATTEMPTS="many": .*whole number from 1 to/],
  ['an unknown name', { DTC_PREPARE_ATEMPTS: '3' }, /DTC_PREPARE_ATEMPTS: .*mean DTC_PREPARE_ATTEMPTS\?/],
  [
    'a host for everyone and nobody who may call',
    { DTC_HOST: '0.0.0.0' },
    /DTC_HOST="0\.0\.0\.0": .*DTC_API_TOKENS or DTC_JWKS_URL, and DTC_ALLOWED_PARTICIPANTS/,
  ],
])('stops with one clear message on %s', async (_, bad, message) => {
  const stderr = await failsToStart({ ...settings(await newPlace()), ...bad });
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(2); // a heading, and one line for the one setting
});

it.each(['DTC_TEMPORAL_PORT', 'DTC_TEMPORAL_UI_PORT'])(
  'stops with one clear message when %s is in use, and leaves nothing',
  name => expectRefusal(name),
);
