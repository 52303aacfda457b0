/** What a transaction in memory is accepted with is what a server gives it that is configured with nothing. */
import { readConfig } from '../../src/config/readConfig';
import { defaultLimits } from '../../src/testing/accepted';

it('has the defaults of the settings', () => {
  expect(readConfig({}).limits).toMatchObject({ ...defaultLimits, onCommitFailure: 'retry' });
});
