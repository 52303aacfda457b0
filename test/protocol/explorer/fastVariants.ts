/** Owns the broken variants of the first round within the first task; as in `variants.ts`, each breaks the core in one place. */
import { exploration } from './scenarios';
import { type Variant } from './variant';

const firstRound = 'transaction/firstRound.ts';
const once = { prepareAttempts: 1, completionAttempts: 1, fast: true };

const oneAttempt = exploration('', ['remembers', 'forgets'], once);
const twoAttempts = exploration('', ['remembers', 'forgets'], { ...once, prepareAttempts: 2 });
const commits = exploration('', ['remembers', 'remembers'], once);

export const fastVariants: readonly Variant[] = [
  {
    name: 'a first task that is given out again takes the lane again',
    patches: [
      {
        file: firstRound,
        find: 'return historyLength === eventsOfFirstTry;',
        replace: 'return historyLength >= eventsOfFirstTry;',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: oneAttempt,
  },
  {
    name: 'a first task that is given out again counts nobody as asked',
    patches: [
      {
        file: firstRound,
        find: 'return withParticipants(reached, p => ({ ...p, exposure: { ...p.exposure, prepare: unknownExposure } }));',
        replace: 'return t;',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: oneAttempt,
  },
  {
    name: 'a first task that is given out again counts everybody as asked, and nobody as loose',
    patches: [
      {
        file: firstRound,
        find: 'prepare: unknownExposure } }));',
        replace: 'prepare: { ...unknownExposure, unanswered: false } } }));',
      },
    ],
    caughtBy: ['I4', 'inDoubt'],
    exploration: oneAttempt,
  },
  {
    name: 'commit leaves within the first task, before the votes are durable',
    patches: [
      { file: firstRound, find: "return phase === 'prepare';", replace: "return phase !== 'rollback';" },
    ],
    caughtBy: ['I1', 'I2'],
    exploration: commits,
  },
  {
    name: 'a round that goes on elsewhere, with no attempt left, takes nothing as sent',
    patches: [
      {
        file: firstRound,
        find: 'why: whyLost, ...lost };',
        replace: 'why: whyLost, ...lost, exposure: { reached: false, unanswered: false, notNo: false } };',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: oneAttempt,
  },
  {
    name: 'a round that goes on elsewhere forgets the request that was lost',
    patches: [
      {
        file: firstRound,
        find: 'joinExposure(lost.exposure, ending.exposure)',
        replace: 'joinExposure(ending.exposure, ending.exposure)',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: twoAttempts,
  },
  {
    name: 'a round that goes on elsewhere takes the lost request for an answered one',
    patches: [
      {
        file: firstRound,
        find: 'joinExposure(lost.exposure, ending.exposure)',
        replace:
          '{ ...joinExposure(lost.exposure, ending.exposure), unanswered: ending.exposure.unanswered }',
      },
    ],
    caughtBy: ['I4', 'inDoubt'],
    exploration: twoAttempts,
  },
];
