/**
 * Replays a recorded history of every kind of transaction against the production bundle: a change of the workflow that
 * asks for other commands than history holds would stall every transaction that is open when it is rolled out.
 *
 * To record them anew, and when to (docs/UPGRADING.md): RECORD_HISTORIES=1 npx jest test/replay/replay
 * To record those of new scenarios alone: RECORD_HISTORIES=missing
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { startParticipants } from '../support/participants';
import { type PlantedChange, bundleWith, currentBundle } from './bundles';
import {
  fetchHistory,
  hasHistory,
  readHistories,
  readPreviousHistories,
  removeHistories,
  writeHistory,
} from './histories';
import { replay } from './replay';
import { type Scenario, scenarios } from './scenarios';
import { stageFor, stageLimits } from './stage';

const all = Object.entries(scenarios);
const missing = all.filter(([name]) => !hasHistory(name));
if (process.env['RECORD_HISTORIES'] === 'missing') beforeAll(() => recordEach(missing), 300_000);
if (process.env['RECORD_HISTORIES'] === '1') {
  beforeAll(() => {
    removeHistories();
    return recordEach(all);
  }, 300_000);
}

it('has a history of every scenario', () => {
  expect(Object.keys(scenarios).filter(name => !hasHistory(name))).toEqual([]);
  expect(readHistories()).toHaveLength(Object.keys(scenarios).length);
});

it('replays them all, and those of the version before', async () => {
  expect(await replay(currentBundle(), readHistories())).toEqual([]);
  expect(await replay(currentBundle(), readPreviousHistories())).toEqual([]);
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
    replace: /function isNoteworthy\(t, tellsWaits\) \{/,
    by: 'function isNoteworthy(t, tellsWaits) { return true;',
    noticedBy: 'refused',
  },
  {
    what: 'a commit before the last vote',
    replace: "!t.participants.every(p => p.vote === 'yes')",
    by: "!t.participants.some(p => p.vote === 'yes')",
    noticedBy: 'yes-at-the-second-request',
  },
  {
    what: 'locks released before the end',
    replace: "stage !== 'ended' || locking === undefined",
    by: 'locking === undefined',
    noticedBy: 'waits-for-a-lock',
  },
  {
    what: 'a lock that is granted without a look',
    replace: "if (claim.kind !== 'transaction' || cleared)",
    by: 'if (true)',
    noticedBy: 'a-lock-from-its-first-use-to-its-end',
  },
  {
    what: 'a first task that asks for the votes by an activity of its own',
    replace: 'isFirstTry(historyLength) && waitedMs <= promptMs',
    by: 'false',
    noticedBy: 'first-task-with-all-votes-in-it',
  },
  {
    what: 'a later try of the first task that counts nobody as asked',
    replace: 'historyLength === eventsOfFirstTry',
    by: 'historyLength >= eventsOfFirstTry',
    noticedBy: 'first-task-lost',
  },
  {
    what: 'a first task that leaves its locks to an activity',
    replace: 'if (!task.isUnderWay())',
    by: 'if (true)',
    noticedBy: 'first-task-with-two-locks-and-all-votes-in-it',
  },
  {
    what: 'locks that an activity releases',
    replace: "const isOfPhaseTwo = event.type === 'callsEnded'",
    by: 'const isOfPhaseTwo = false',
    noticedBy: 'first-task-with-two-locks-and-all-votes-in-it',
  },
  {
    what: 'a wait for a lock that is told in Temporal',
    replace: 'return version === 3',
    by: 'return true',
    noticedBy: 'waits-for-a-lock-and-does-not-tell',
  },
  {
    what: 'a look where the acquire says enough',
    replace: 'if (ranAt === undefined ||',
    by: 'if (true ||',
    noticedBy: 'a-lock-that-does-without-looks',
  },
  {
    what: 'a lease that need not be seen',
    replace: "(0, workflow_1.patched)('grantsToBeSeen')",
    by: 'false',
    noticedBy: 'a-lock-that-leases-wait-for',
  },
  {
    what: 'an outcome that is told at the decision',
    replace: "(0, outcome_1.statusOf)(t) !== 'pending'",
    by: 't.decision !== undefined',
    noticedBy: 'tells-of-attention-outcome-and-end',
  },
];

it.each(planted)('notices a planted change: $what', async change => {
  const noticing = readHistories().filter(({ name }) => name === change.noticedBy);
  const failed = await replay(bundleWith(change), noticing);
  expect(failed.map(each => each.name)).toEqual([change.noticedBy]);
});

it('accepts such a change where it is patched', async () => {
  const change = {
    what: 'an upsert that was not there, for those that come to it from now on',
    replace: /function isNoteworthy\(t, tellsWaits\) \{/,
    by: "function isNoteworthy(t, tellsWaits) { if ((0, workflow_1.patched)('upsert at the start')) return true;",
  };
  expect(await replay(bundleWith(change), readHistories())).toEqual([]);
});

async function recordEach(given: readonly (readonly [string, Scenario])[]): Promise<void> {
  const participants = await startParticipants();
  const dtc = await startCoordinator({ limits: stageLimits });
  const left = [...given];
  const wrong: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [name, scenario] = next;
      const play = (): Promise<string> => scenario.play(stageFor(name, dtc, participants));
      await record(dtc, { name, scenario, play }).catch((error: unknown) => wrong.push({ name, error }));
    }
  };
  try {
    await Promise.all(Array.from({ length: 4 }, lane));
  } finally {
    await dtc.close();
    await participants.close();
  }
  expect(wrong).toEqual([]);
}

interface Recording {
  readonly name: string;
  readonly scenario: Scenario;
  readonly play: () => Promise<string>;
}

async function record(dtc: TestCoordinator, { name, scenario, play }: Recording): Promise<void> {
  const id = await play();
  const workflowId = scenario.historyOf?.() ?? id;
  const history = await fetchHistory(dtc.client, workflowId);
  const over = scenario.half === true ? await dtc.until(id, d => d.endedAt !== undefined) : await dtc.get(id);
  expect({ name, ...over }).toMatchObject({ name, ...normal(scenario.ends) });
  writeHistory(name, { workflowId, history });
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
