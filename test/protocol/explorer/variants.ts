/**
 * Owns the broken variants: each breaks the core in one place, as a careless change might, and names the promises that must
 * catch it. `find` stands in its file exactly once; where the core is rewritten, the variant is rewritten with it.
 */
import { exploration } from './scenarios';
import { type Variant } from './variant';

const once = { prepareAttempts: 1, completionAttempts: 1 };
const provisional = { onCommitFailure: 'rollback' } as const;
const noOperator = { abort: 0, retryNow: 0, resolve: 0 };
const preparing = 'transaction/preparing.ts';
const completing = 'transaction/completing.ts';
const outcome = 'transaction/outcome.ts';
const resume = 'transaction/resume.ts';

const twoThatRemember = exploration('', ['remembers', 'remembers'], once);
const together = exploration('', ['remembers', 'remembers'], { ...once, faults: 1, whole: true });
const twoAttempts = exploration('', ['remembers', 'remembers'], { completionAttempts: 1 });
const twoOfEach = exploration('', ['remembers', 'remembers']);
const twoThatForget = exploration('', ['forgets', 'forgets'], once);
const slowOnes = exploration('', ['slow', 'votesNo'], { completionAttempts: 1 });
const garbling = exploration('', ['remembers', 'remembers'], { ...once, garbles: true });
const givingUp = exploration('', ['remembers', 'remembers'], { ...once, ...provisional });
const aborting = exploration('', ['remembers', 'remembers'], {
  ...once,
  operator: { ...noOperator, abort: 1 },
});
const abortingOfTwo = exploration('', ['remembers', 'remembers'], {
  completionAttempts: 1,
  faults: 1,
  operator: { ...noOperator, abort: 1 },
});
const resolving = exploration('', ['remembers', 'remembers'], {
  ...once,
  operator: { ...noOperator, resolve: 1 },
});
const terminated = exploration('', ['remembers', 'remembers'], { ...once, recoveries: 1 });
const terminatedProvisional = exploration('', ['remembers', 'remembers'], {
  ...once,
  ...provisional,
  recoveries: 1,
});
const retrying = exploration('', ['remembers', 'remembers'], {
  ...once,
  operator: { ...noOperator, retryNow: 1 },
});

const busy = exploration('', ['remembers', 'forgets'], { ...once, busy: true });

export const variants: readonly Variant[] = [
  {
    name: 'a request that found no place counts as an attempt',
    patches: [{ file: 'wire/answers.ts', find: 'return isBusy(reply) ? 0 : 1;', replace: 'return 1;' }],
    caughtBy: ['attempts'],
    exploration: busy,
  },
  {
    name: 'a rollback that found no place is taken for one that was sent',
    patches: [{ file: completing, find: 'ending.requests > 0 && ', replace: '' }],
    caughtBy: ['I5'],
    exploration: busy,
  },
  {
    name: 'commit before all votes',
    patches: [
      {
        file: preparing,
        find: "if (!t.participants.every(p => p.vote === 'yes')) return t;",
        replace: "if (!t.participants.some(p => p.vote === 'yes')) return t;",
      },
    ],
    caughtBy: ['I1'],
    exploration: twoAttempts,
  },
  {
    name: 'decision not recorded',
    patches: [
      {
        file: preparing,
        find: "isProvisional(t) ? committing : { ...committing, decision: 'commit', decidedAt: now }",
        replace: 'now === 0 && isProvisional(t) ? t : committing',
      },
    ],
    caughtBy: ['I1'],
    exploration: twoThatRemember,
  },
  {
    name: 'timeout after commit read as abort',
    patches: [
      {
        file: completing,
        find: "if (t.stage !== 'committing' || !isProvisional(t)) return t;",
        replace: "if (t.stage !== 'committing') return t;",
      },
      {
        file: completing,
        find: "return phase === 'commit' && isProvisional(t) ?",
        replace: "return phase === 'commit' ?",
      },
    ],
    caughtBy: ['I2'],
    exploration: twoThatRemember,
  },
  {
    name: 'no-voters not rolled back',
    patches: [
      {
        file: completing,
        find: '(p.exposure.prepare.reached && !isSettled(p))',
        replace: "(p.vote !== 'no' && p.exposure.prepare.reached && !isSettled(p))",
      },
      {
        file: 'transaction/state.ts',
        find: 'return p.exposure.prepare.reached && (!isSettled(p) || owesLateRollback(p));',
        replace:
          "return p.vote !== 'no' && p.exposure.prepare.reached && (!isSettled(p) || owesLateRollback(p));",
      },
    ],
    caughtBy: ['I3'],
    exploration: twoThatRemember,
  },
  {
    name: 'rollback while prepare is in flight',
    patches: [
      {
        file: completing,
        find: 'if (t.participants.some(p => p.call !== undefined)) return t;',
        replace: '',
      },
      {
        file: completing,
        find: '(p.exposure.prepare.reached && !isSettled(p))',
        replace: '!isSettled(p)',
      },
    ],
    caughtBy: ['I4'],
    exploration: aborting,
  },
  {
    name: 'a forced outcome overwrites the decision',
    patches: [
      {
        file: 'transaction/operator.ts',
        find: 'return withParticipants(t, p => (p.target.name === event.participant ? { ...p, forced } : p));',
        replace: `const decision = outcome === 'committed' ? 'commit' : 'rollback';
          return withParticipants({ ...t, decision }, p => (p.target.name === event.participant ? { ...p, forced } : p));`,
      },
    ],
    caughtBy: ['I2'],
    exploration: resolving,
  },
  {
    name: 'looseness judged by the last prepare only',
    patches: [
      {
        file: 'transaction/calls.ts',
        find: 'joinExposure(p.exposure[phase], ending.exposure)',
        replace:
          "phase === 'prepare' ? { ...ending.exposure, reached: true } : joinExposure(p.exposure[phase], ending.exposure)",
      },
    ],
    caughtBy: ['I4'],
    exploration: twoAttempts,
  },
  {
    name: 'late rollback sent once instead of until acknowledged',
    patches: [
      {
        file: completing,
        find: 'return isAnswer(ending) || (p.forced !== undefined &&',
        replace: 'return isOver(ending) || (p.forced !== undefined &&',
      },
    ],
    caughtBy: ['I4'],
    exploration: twoThatForget,
  },
  {
    name: 'late rollback after a commit decision',
    patches: [
      {
        file: 'transaction/state.ts',
        find: "if (t.stage === 'committing') return !isSettled(p);",
        replace:
          "if (t.stage === 'committing') return !isSettled(p) || owesLateRollback({ ...p, acknowledged: 'rollback' });",
      },
      {
        file: 'transaction/state.ts',
        find: "return isLoose(p) && !p.lateDone && p.acknowledged !== 'commit';",
        replace: 'return isLoose(p) && !p.lateDone;',
      },
      {
        file: completing,
        find: "if (t.stage !== 'rollingBack' || !t.completing || !t.quiet) return t;",
        replace: 'if (!t.completing || !t.quiet) return t;',
      },
      {
        file: 'transaction/wanted.ts',
        find: "t.stage === 'rollingBack' && !t.quiet",
        replace: '!t.quiet',
      },
      {
        file: 'transaction/wanted.ts',
        find: 'const phase = phaseOf[t.stage];',
        replace: "const phase = t.participants.some(p => p.call?.late) ? 'rollback' : phaseOf[t.stage];",
      },
    ],
    caughtBy: ['I2'],
    exploration: twoAttempts,
  },
  {
    name: '409 to rollback taken as done although a prepare went unanswered',
    patches: [
      {
        file: 'wire/answers.ts',
        find: 'notNo: unanswered || readVote(reply).is',
        replace: 'notNo: !unanswered && readVote(reply).is',
      },
    ],
    caughtBy: ['I3', 'inDoubt'],
    exploration: slowOnes,
  },
  {
    name: 'an answer that cannot be read left nothing behind',
    patches: [
      {
        file: 'wire/answers.ts',
        find: "if (reply.kind === 'notSent') return untouched;",
        replace: "if (reply.kind === 'notSent' || reply.kind === 'malformed') return untouched;",
      },
    ],
    caughtBy: ['I3', 'inDoubt'],
    exploration: garbling,
  },
  {
    name: 'abort while committing provisionally',
    patches: [
      {
        file: 'transaction/operator.ts',
        find: 'if (isUndecided(t)) return applies;',
        replace:
          "if (isUndecided(t) || (t.stage === 'committing' && t.decision === undefined)) return applies;",
      },
    ],
    caughtBy: ['I2'],
    exploration: exploration('', ['remembers', 'remembers'], {
      ...once,
      ...provisional,
      operator: { ...noOperator, abort: 1 },
    }),
  },
  {
    name: 'silence is a yes',
    patches: [
      {
        file: preparing,
        find: "if (ending.is === 'yes' || ending.is === 'no') return { ...p, vote: ending.is };",
        replace: `if (ending.is === 'yes' || ending.is === 'no') return { ...p, vote: ending.is };
          if (ending.why?.code === 'timeout') return { ...p, vote: 'yes' };`,
      },
    ],
    caughtBy: ['I8'],
    exploration: twoThatRemember,
  },
  {
    name: 'a call that was cut off left nothing behind',
    patches: [
      {
        file: 'transaction/calls.ts',
        find: 'joinExposure(p.exposure[phase], ending.exposure)',
        replace:
          "ending.is === 'gaveUp' ? p.exposure[phase] : joinExposure(p.exposure[phase], ending.exposure)",
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: aborting,
  },
  {
    name: 'an attempt that is under way is taken for the one before it',
    patches: [
      {
        file: 'transaction/lookBack.ts',
        find: 'if (running || !paused || !isOwnFailure(failure)) return undefined;',
        replace: 'if ((!running && !paused) || !isOwnFailure(failure)) return undefined;',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: abortingOfTwo,
  },
  {
    name: 'an attempt that was lost with its worker left nothing behind',
    patches: [
      {
        file: 'transaction/lookBack.ts',
        find: 'if (running || !paused || !isOwnFailure(failure)) return undefined;',
        replace: `if (running || !paused) return undefined;
          if (!isOwnFailure(failure)) return { exposure: { reached: false, unanswered: false, notNo: false }, requests: 0 };`,
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: abortingOfTwo,
  },
  {
    name: 'a lost round left nothing behind',
    patches: [
      {
        file: 'wire/answers.ts',
        find: 'unknownExposure: Exposure = { reached: true, unanswered: true, notNo: true }',
        replace: 'unknownExposure: Exposure = { reached: false, unanswered: false, notNo: false }',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: twoThatRemember,
  },
  {
    name: 'ends without waiting for the late rollback',
    patches: [
      {
        file: 'transaction/state.ts',
        find: 'return p.exposure.prepare.reached && (!isSettled(p) || owesLateRollback(p));',
        replace: 'return p.exposure.prepare.reached && !isSettled(p);',
      },
    ],
    caughtBy: ['I4'],
    exploration: twoThatForget,
  },
  {
    name: 'an acknowledgement from before quietAt counts as the late one',
    patches: [
      {
        file: completing,
        find: "if (call.phase !== 'rollback' || !call.late) return false;",
        replace: "if (call.phase !== 'rollback') return false;",
      },
    ],
    caughtBy: ['I4'],
    exploration: twoThatForget,
  },
  {
    name: 'rolledback is reported with the decision',
    patches: [
      {
        file: outcome,
        find: 'if (isSettled(p) || p.attention) return false;',
        replace: "if (isSettled(p) || p.attention || p.vote === 'yes') return false;",
      },
    ],
    caughtBy: ['I5'],
    exploration: twoThatRemember,
  },
  {
    name: 'committed is reported with the first acknowledgement',
    patches: [
      { file: outcome, find: 't.participants.every(isSettled)', replace: 't.participants.some(isSettled)' },
    ],
    caughtBy: ['I5'],
    exploration: together,
  },
  {
    name: 'retryNow clears attention, and the report with it',
    patches: [
      {
        file: 'transaction/calls.ts',
        find: "return p.call?.lane === 'own' ? { ...p,",
        replace: "return p.call?.lane === 'own' ? { ...p, attention: p.attention && restart === 'countOn',",
      },
    ],
    caughtBy: ['I5'],
    exploration: retrying,
  },
  {
    name: 'commit given up after the configured attempts',
    patches: [
      {
        file: 'transaction/state.ts',
        find: 'return p.acknowledged !== undefined || p.forced !== undefined;',
        replace: 'return p.acknowledged !== undefined || p.forced !== undefined || p.attention;',
      },
    ],
    caughtBy: ['I3', 'I5'],
    exploration: twoThatRemember,
  },
  {
    name: 'a rollback lost with its worker counts as tried',
    patches: [
      {
        file: completing,
        find: "ending.is !== 'gaveUp' && ending.why?.code !== workerLost;",
        replace: "ending.is !== 'gaveUp' && workerLost !== '';",
      },
    ],
    caughtBy: ['I5'],
    exploration: twoOfEach,
  },
  {
    name: 'rollback to who acknowledged a provisional commit',
    patches: [
      {
        file: completing,
        find: '(p.exposure.prepare.reached && !isSettled(p))',
        replace: '(p.exposure.prepare.reached && p.forced === undefined)',
      },
    ],
    caughtBy: ['I2'],
    exploration: givingUp,
  },
  {
    name: 'a provisional commit that was given up is not told',
    patches: [
      {
        file: outcome,
        find: 'isForcedOther || p.acknowledged === other ||',
        replace: 'isForcedOther ||',
      },
    ],
    caughtBy: ['outcome'],
    exploration: givingUp,
  },
  {
    name: 'the late rollback of a forced participant is never sent',
    patches: [{ file: 'transaction/wanted.ts', find: ' && !call.once)', replace: ')' }],
    caughtBy: ['liveness'],
    exploration: resolving,
  },
  {
    name: 'a call opened beside the no that came with it',
    patches: [
      {
        file: 'transaction/apply.ts',
        find: ' && decided.stage === t.stage;',
        replace: ';',
      },
      {
        file: 'transaction/apply.ts',
        find: '(p, each) => goOn(decided, p, each)',
        replace: '(p, each) => goOn(t, p, each)',
      },
    ],
    caughtBy: ['liveness'],
    exploration: twoAttempts,
  },
  {
    name: 'taken up again as if the open calls had never been sent',
    patches: [
      {
        file: resume,
        find: 'why, exposure: unknownExposure,',
        replace: 'why, exposure: { reached: false, unanswered: false, notNo: false },',
      },
    ],
    caughtBy: ['I3', 'I4', 'inDoubt'],
    exploration: terminated,
  },
  {
    name: 'taken up again as if the open calls had been answered',
    patches: [
      {
        file: resume,
        find: 'why, exposure: unknownExposure,',
        replace: 'why, exposure: { reached: true, unanswered: false, notNo: true },',
      },
    ],
    caughtBy: ['I4'],
    exploration: terminated,
  },
  {
    name: 'taken up again with the calls that were open, to go on preparing',
    patches: [
      { file: resume, find: 'if (!isUndecided(t)) return t;', replace: 'return t;' },
      {
        file: resume,
        find: 'call === undefined ?',
        replace: "call === undefined || call.phase === 'prepare' ?",
      },
    ],
    caughtBy: ['I4'],
    exploration: terminated,
  },
  {
    name: 'the decision is taken again when it is taken up again',
    patches: [
      {
        file: resume,
        find: 'if (!isUndecided(t)) return t;',
        replace: "if (t.stage === 'ended') return t;",
      },
    ],
    caughtBy: ['I2'],
    exploration: terminated,
  },
  {
    name: 'a provisional commit is rolled back when it is taken up again',
    patches: [
      {
        file: resume,
        find: 'if (!isUndecided(t)) return t;',
        replace: 'if (t.decision !== undefined) return t;',
      },
    ],
    caughtBy: ['I2'],
    exploration: terminatedProvisional,
  },
  {
    name: 'a vote that was awaited is a yes when it is taken up again',
    patches: [{ file: resume, find: "is: 'gaveUp',", replace: "is: 'yes'," }],
    caughtBy: ['I8'],
    exploration: terminated,
  },
  {
    name: 'attention is forgotten when it is taken up again, and the report with it',
    patches: [
      {
        file: resume,
        find: 'return { ...t, recoveries:',
        replace:
          'return { ...t, participants: t.participants.map(p => ({ ...p, attention: false })), recoveries:',
      },
    ],
    caughtBy: ['I5'],
    exploration: terminated,
  },
  {
    name: 'it is quiet when it is taken up again',
    patches: [
      {
        file: resume,
        find: 'return { ...t, recoveries:',
        replace: 'return { ...t, quiet: true, recoveries:',
      },
    ],
    caughtBy: ['I4'],
    exploration: terminated,
  },
];
