/** `npm run chaos` finds bugs: each that is planted is reported by a rule that is about it, within a short run (another seed is tried where none showed it). */
import { plants } from '../../chaos/plants/plants';
import { chaos } from './run';

const seeds = [1, 2, 3];

async function isFound(name: string, rules: readonly string[], under: readonly string[]): Promise<string> {
  let last = '';
  for (const seed of seeds) {
    const only = under.flatMap(kind => ['--only', kind]);
    const short = ['--minutes', '0.3', '--every', '1500', '--settle', '20'];
    const { code, report } = await chaos('--plant', name, '--seed', String(seed), ...short, ...only);
    last = report;
    if (code === 1 && rules.some(rule => report.includes(`  ${rule}: `))) return 'found';
  }
  return last;
}

/** What so short a run finds as a rule; the others need more transactions than that. */
const shownSoon = [
  ...['commitBeforeLastVote', 'barrierOff', 'keyStartedTwice', 'notifiedEarly', 'eventLost'],
  'lockReleasedEarly',
];

it.each(shownSoon)('finds a planted bug: %s', async name => {
  const { foundAs, under } = plants[name] ?? { foundAs: [], under: [] };
  expect(await isFound(name, foundAs, under)).toBe('found');
});
