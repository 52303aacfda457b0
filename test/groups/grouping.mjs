// Owns the order in which both suites start their files, and which files `npm test` runs together, as one of jest's: modules are loaded once for all of them, and coordinators that
// are alike are started once (test/support/world.ts), which is most of what a short test costs. The other files run each by itself.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A group has every test file of its folders, or a share of them where they would take too long in a row. */
const plan = [
  { name: 'operator', folders: ['test/operator'], shares: 2 },
  { name: 'anomalies', folders: ['test/anomalies'], shares: 3 },
  { name: 'locks', folders: ['test/locks'] },
  { name: 'orphans', folders: ['test/orphans'], shares: 2 },
  {
    name: 'coordinator',
    folders: ['test/api/live', 'test/client', 'test/e2e', 'test/property', 'test/workflows'],
  },
  { name: 'api', folders: ['test/api', 'test/openapi'] },
  { name: 'outbound', folders: ['test/outbound', 'test/outbound/limits'] },
  { name: 'engine', folders: ['test/engine', 'test/encryption', 'test/notification'] },
  { name: 'replay', folders: ['test/replay', 'test/embed'] },
  {
    name: 'core', // no coordinator: loading takes longer than their tests, and some have timers that are not real
    folders: [
      ...['test/protocol', 'test/wire', 'test/config', 'test/protocol/lock'],
      ...['test/admission', 'test/list', 'test/telemetry'],
    ],
  },
];

/** Files of these folders that run by themselves all the same, and why. */
export const alone = {
  'test/anomalies/pausedBeforeItsTask.test.ts': 'has a server of its own in the environment',
  'test/anomalies/pausedInTemporal.test.ts': 'has a server of its own in the environment',
  'test/api/live/waiting.test.ts': 'counts the timers of its process',
  'test/e2e/start.test.ts': 'takes as long as a group',
  'test/embed/embed.test.ts': "its process's runtime of Temporal's SDK is that of a host",
  'test/engine/connect.test.ts': 'asks several servers at once',
  'test/engine/reach.test.ts': 'counts timers that are not real, which those of a coordinator would be among',
};

/** By name, the files of each group, as paths from the root. */
export const groups = Object.fromEntries(plan.flatMap(sharesOf));

/** What takes longest comes first: every group, and what takes as long, first of all one that computes all the time. */
export const longest = [
  'test/protocol/explorer/explorer.test.ts',
  fileOf('coordinator'),
  fileOf('anomalies-2'),
  fileOf('operator-2'),
  fileOf('anomalies-3'),
  fileOf('operator-1'),
  fileOf('anomalies-1'),
  'test/e2e/start.test.ts',
  fileOf('locks'),
  fileOf('orphans-2'),
  fileOf('orphans-1'),
  fileOf('api'),
  fileOf('engine'),
  fileOf('replay'),
  'test/api/live/waiting.test.ts',
  'test/protocol/lock/explorer/explorer.test.ts',
  'test/participant/postgres/branches.test.ts',
  'test/engine/connect.test.ts',
  fileOf('outbound'),
  fileOf('core'),
];

/**
 * Of `npm run test:long`: first what computes all the time, which costs the more the more waits beside it. Then what takes minutes, so mixed
 * that what keeps the machine busy with its processes (chaos, the walk, thousands at once) has beside it what mostly waits: some of it
 * measures how soon something goes on.
 */
export const longestOfLong = [
  'test/protocol/explorer/explorer-1.long.ts',
  'test/protocol/explorer/explorer-2.long.ts',
  'test/protocol/explorer/explorer-3.long.ts',
  'test/protocol/lock/explorer/explorer.long.ts',
  'test/protocol/explorer/variants.long.ts',
  'test/protocol/explorer/rulesBroken.long.ts',
  'test/simulation/variants.long.ts',
  'test/protocol/lock/explorer/variants.long.ts',
  'test/chaos/planted.long.ts',
  'test/bank/transfers.long.ts',
  'test/participant/schedules.long.ts',
  'test/property/property.long.ts',
  'test/locks/standaloneReplayed.long.ts',
  'test/walk/killWalk.long.ts',
  'test/anomalies/linkInTrouble.long.ts',
  'test/demo/demo.long.ts',
  'test/testing/wrong.long.ts',
  'test/engine/workflowThreads.long.ts',
  'test/api/live/tenThousandListed.long.ts',
  'test/replay/queryAhead.long.ts',
  'test/disaster/drill.long.ts',
  'test/operator/retired.long.ts',
  'test/encryption/atRest.long.ts',
  'test/package/installed.long.ts',
  'test/notification/kills.long.ts',
  'test/participant/postgres/promises.long.ts',
  'test/console/many.long.ts',
  'test/orphans/fiveHundred.long.ts',
  'test/e2e/durability.long.ts',
  'test/docs/operations.long.ts',
  'test/chaos/chaos.long.ts',
  'test/locks/recovery.long.ts',
  'test/participant/mysql/promises.long.ts',
  'test/demo/scenes.long.ts',
  'test/operator/flatMemory.long.ts',
  'test/console/looks.long.ts',
  'test/orphans/tenThousand.long.ts',
  'test/operator/twoHundredRounds.long.ts',
  'test/locks/manyAtOnce.long.ts',
];

export function fileOf(group) {
  return `test/groups/${group}.group.ts`;
}

function sharesOf({ name, folders, shares = 1 }) {
  const files = folders.flatMap(testsIn).filter(file => !(file in alone));
  return Array.from({ length: shares }, (_, share) => [
    shares === 1 ? name : `${name}-${share + 1}`,
    files.filter((_file, nth) => nth % shares === share),
  ]);
}

/** In the folder itself, not in those below it. */
function testsIn(folder) {
  const names = readdirSync(join(root, folder)).filter(name => name.endsWith('.test.ts'));
  return names.sort().map(name => `${folder}/${name}`);
}
