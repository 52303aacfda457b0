/** README's table of settings says what the table of settings says, in its order: a setting that is added stands in both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Defaulted, type Optional, settings } from '../../src/config/settings';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');

function rowOf([name, setting]: readonly [string, Defaulted<unknown> | Optional<unknown>]): string {
  const byDefault = 'default' in setting ? `\`${String(setting.default)}\`` : setting.unset;
  return `| \`${name}\` | ${byDefault} | ${setting.help} |`;
}

/** To mend README: put the rows that are expected in place of those that are there. */
it('has a row for every setting, with its default and what it is for', () => {
  const rows = readme.split('\n').filter(line => line.startsWith('| `DTC_'));
  expect(rows).toEqual(Object.entries(settings).map(rowOf));
});
