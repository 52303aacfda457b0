/** What the package's commands make of a command line before they know what it means. */
import { readArguments } from '../../src/command/options';
import { UsageError } from '../../src/command/output';

const taken = { values: ['reason', 'by'], flags: ['json'], words: true } as const;

it('are options with values, as often as given, options without, and words', () => {
  const given = readArguments(['list', '--by', 'ann', '--json', '--by=bob', 'a', '--', '--reason'], taken);
  expect(given).toEqual({
    values: { reason: [], by: ['ann', 'bob'] },
    flags: new Set(['json']),
    words: ['list', 'a', '--reason'],
  });
});

it('take a value that begins as an option does where it is said to be one', () => {
  expect(readArguments(['--reason=--by', '--by', '-1'], taken)?.values).toEqual({
    reason: ['--by'],
    by: ['-1'],
  });
});

it.each(['--help', '-h'])('are not read where %s is among them', help => {
  expect(readArguments(['list', '--json', help], taken)).toBeUndefined();
});

it.each([
  [['--all'], 'there is no option --all'],
  [['-a'], 'there is no option -a'],
  [['--no-json'], 'there is no option --no-json'],
  [['--constructor', 'x'], 'there is no option --constructor'],
  [['--json=yes'], '--json takes no value'],
  [['--help=yes'], '--help takes no value'],
  [['--reason'], '--reason needs a value'],
  [['--reason='], '--reason needs a value'],
  [['--reason', ''], '--reason needs a value'],
  [['--reason', '--by', 'ann'], '--reason needs a value: one that begins with "-" is given as --reason=--by'],
  [['--reason', '-h'], '--reason needs a value: one that begins with "-" is given as --reason=-h'],
])('are refused where they are %j', (args, message) => {
  expect(() => readArguments(args, taken)).toThrow(new UsageError(message));
});

it('have no words where none are taken', () => {
  expect(() => readArguments(['a'], { flags: ['json'] })).toThrow('"a" belongs to no option');
});
