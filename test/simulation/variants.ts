/**
 * Owns the broken variants of the simulated code: a text of production that stands there exactly once, and what a careless change might put
 * in its place. Those of the core alone are the explorers' (`test/protocol/explorer/variants.ts`); most of these break what drives it.
 */
import * as explorer from '../protocol/explorer/patchedCore';
import { type Patch } from '../protocol/exploring/patched';
import { type Variant } from '../protocol/exploring/variant';
import { lockVariants } from './locks/variants';
import { noticeVariants } from './notices/variants';

/** The core refuses much of it by itself: what is outside has to see it too. */
export const withoutAssertions: Patch = {
  ...explorer.withoutAssertions,
  file: `src/protocol/${explorer.withoutAssertions.file}`,
};

const preparing = 'src/protocol/transaction/preparing.ts';
const state = 'src/protocol/transaction/state.ts';
const perform = 'workflows/transaction/perform.ts';
const firstRound = 'src/protocol/transaction/firstRound.ts';

interface Simulated extends Variant<string> {
  /** Runs in which it is found, where it takes more than most. */
  readonly within?: number;
}

export const variants: readonly Simulated[] = [
  {
    name: 'commit before the last vote',
    patches: [
      {
        file: preparing,
        find: "if (!t.participants.every(p => p.vote === 'yes')) return t;",
        replace: "if (!t.participants.some(p => p.vote === 'yes')) return t;",
      },
    ],
    caughtBy: ['I1'],
  },
  {
    name: 'the decision is not durable',
    patches: [
      {
        file: preparing,
        find: "isProvisional(t) ? committing : { ...committing, decision: 'commit', decidedAt: now }",
        replace: 'now === 0 && isProvisional(t) ? t : committing',
      },
    ],
    caughtBy: ['I1', 'I2'],
  },
  {
    name: 'prepare and commit in one workflow task',
    patches: [
      {
        file: perform,
        find: '  proxyActivities,\n',
        replace: '  proxyActivities,\n  proxyLocalActivities,\n',
      },
      {
        file: perform,
        find: '  return askAll(t, round, input);\n',
        replace: `  if (round.phase === 'commit' && first.isDue('prepare')) {
    const { commitAll } = proxyLocalActivities<Activities>({ scheduleToCloseTimeout: '1s', retry: { maximumAttempts: 1 } });
    return roundEndings(await commitAll(input), input.calls, 'commit');
  }
  return askAll(t, round, input);\n`,
      },
    ],
    caughtBy: ['I1'],
  },
  {
    name: 'no late rollback for who is loose',
    patches: [
      {
        file: state,
        find: "return isLoose(p) && !p.lateDone && p.acknowledged !== 'commit';",
        replace: 'return false;',
      },
    ],
    caughtBy: ['I4'],
  },
  {
    name: 'a lost activity sent nothing',
    patches: [
      {
        file: 'workflows/transaction/failed.ts',
        find: 'exposure: unknownExposure,',
        replace: 'exposure: { reached: false, unanswered: false, notNo: false },',
      },
    ],
    caughtBy: ['I3', 'I4', 'I5', 'inDoubt'],
  },
  {
    name: 'a first task that is given out again takes itself for the first try',
    patches: [
      {
        file: firstRound,
        find: 'return historyLength === eventsOfFirstTry;',
        replace: 'return historyLength >= eventsOfFirstTry;',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt', 'replay', 'liveness'],
  },
  {
    name: 'a round that goes on elsewhere forgets the request that was lost',
    patches: [
      {
        file: 'activities/transaction/rest.ts',
        find: 'lostBefore(await sendOne(sender, { ...shared, call }))',
        replace: 'await sendOne(sender, { ...shared, call })',
      },
    ],
    caughtBy: ['I3', 'I4', 'I5', 'inDoubt'],
  },
  {
    name: 'a call that is given up counts as over at once',
    patches: [
      {
        file: 'workflows/transaction/perform.ts',
        find: 'cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,',
        replace: 'cancellationType: ActivityCancellationType.TRY_CANCEL,',
      },
    ],
    caughtBy: ['I4'],
  },
  {
    name: 'of what is paused with its worker gone, an end is waited for',
    patches: [
      {
        file: 'workflows/transaction/lookBack.ts',
        find: '!known.has(work.key) && isBounded()',
        replace: 'known.size < 0',
      },
    ],
    within: 6_000, // the look has to be lost, and then the worker
    caughtBy: ['liveness'],
  },
  {
    name: 'what is under way is started once more',
    patches: [
      {
        file: 'workflows/keep.ts',
        find: 'for (const [key, work] of want) if (!underWay.has(key)) start(work);',
        replace: 'for (const work of want.values()) start(work);',
      },
    ],
    caughtBy: ['I4', 'replay', 'liveness'], // an end that comes twice fails its task again and again
  },
  {
    name: 'a retry forgets an acknowledged commit',
    patches: [
      {
        file: 'src/protocol/transaction/operator.ts',
        find: "return withParticipants(t, p => restartCall(p, 'countAnew'));",
        replace:
          "return withParticipants(t, ({ acknowledged: _forgotten, ...p }) => restartCall(p, 'countAnew'));",
      },
    ],
    caughtBy: ['I2', 'I3', 'I5', 'liveness'],
  },
  {
    name: 'a timer is drawn by chance',
    patches: [
      {
        file: 'workflows/transaction/perform.ts',
        find: 'Math.max(until - Date.now(), 1)',
        replace: 'Math.max(until - Date.now(), 1) + Math.floor(Math.random() * 1000)',
      },
    ],
    caughtBy: ['replay'],
  },
  ...lockVariants,
  ...noticeVariants,
];
