/**
 * Replays a recorded history of every kind of transaction against the production bundle: a change of the workflow that
 * asks for other commands than history holds would stall every transaction that is open when it is rolled out.
 *
 * After a deliberate, patched change (docs/UPGRADING.md), record anew: RECORD_HISTORIES=1 npx jest test/replay/replay
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { startParticipants } from '../support/participants';
import { type PlantedChange, bundleWith, currentBundle } from './bundles';
import { fetchHistory, hasHistory, readHistories, removeHistories, writeHistory } from './histories';
import { replay } from './replay';
import { type Scenario, scenarios } from './scenarios';
import { stageFor, stageLimits } from './stage';

if (process.env['RECORD_HISTORIES'] === '1') beforeAll(recordAll, 300_000);

it('has a history of every scenario', () => {
  expect(Object.keys(scenarios).filter(name => !hasHistory(name))).toEqual([]);
  expect(readHistories()).toHaveLength(Object.keys(scenarios).length);
});

it('replays them all', async () => {
  expect(await replay(currentBundle(), readHistories())).toEqual([]);
});

/** Each is what a careless change of the workflow does; the names are of a history that must notice. */
const planted: readonly (PlantedChange & { readonly noticedBy: string })[] = [
  {
    what: 'another activity id',
    replace: '`${phase} round`',
    by: '`${phase} rounds`',
    noticedBy: 'commit-of-one',
  },
  {
    what: 'no timer before the late rollback',
    replace: "const due = t.stage === 'rollingBack' && !t.quiet",
    by: 'const due = false',
    noticedBy: 'late-rollback',
  },
  {
    what: 'an upsert that was not there',
    replace: /function isNoteworthy\(t\) \{/,
    by: 'function isNoteworthy(t) { return true;',
    noticedBy: 'refused',
  },
  {
    what: 'a commit before the last vote',
    replace: "!t.participants.every(p => p.vote === 'yes')",
    by: "!t.participants.some(p => p.vote === 'yes')",
    noticedBy: 'yes-at-the-second-request',
  },
];

it.each(planted)('notices a planted change: $what', async change => {
  const failed = await replay(bundleWith(change), readHistories());
  expect(failed.map(each => each.name)).toContain(change.noticedBy);
});

async function recordAll(): Promise<void> {
  removeHistories();
  const participants = await startParticipants();
  const dtc = await startCoordinator({ limits: stageLimits });
  const left = Object.entries(scenarios);
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, scenario] = next;
      await record(dtc, { name, scenario, play: () => scenario.play(stageFor(name, dtc, participants)) });
    }
  };
  try {
    await Promise.all(Array.from({ length: 4 }, lane));
  } finally {
    await dtc.close();
    await participants.close();
  }
}

interface Recording {
  readonly name: string;
  readonly scenario: Scenario;
  readonly play: () => Promise<string>;
}

async function record(dtc: TestCoordinator, { name, scenario, play }: Recording): Promise<void> {
  const id = await play();
  const history = await fetchHistory(dtc.client, id);
  const over = scenario.half === true ? await dtc.until(id, d => d.endedAt !== undefined) : await dtc.get(id);
  expect({ name, ...over }).toMatchObject({ name, ...normal(scenario.ends) });
  writeHistory(name, { workflowId: id, history });
}

/** A list of what is expected need not say everything of each entry. */
function normal(ends: object): object {
  return Object.fromEntries(
    Object.entries(ends).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(each => expect.objectContaining(each as object) as unknown) : value,
    ]),
  );
}
