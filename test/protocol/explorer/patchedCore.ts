/** Owns the transaction's core with some text replaced. */
import { type Patch, patchedModules } from '../exploring/patched';
import { type Core } from './core';

/** The core refuses much of what is broken by itself: what judges from outside has to see it too. */
export const withoutAssertions: Patch = {
  file: 'transaction/apply.ts',
  find: '  assertInvariants(before, after);\n',
  replace: '',
};

export function patchedCore(patches: readonly Patch[]): Core {
  const at = patchedModules(patches);
  return {
    answers: at('wire/answers.ts') as Core['answers'],
    apply: at('transaction/apply.ts') as Core['apply'],
    firstLocks: at('transaction/firstLocks.ts') as Core['firstLocks'],
    firstRound: at('transaction/firstRound.ts') as Core['firstRound'],
    lastTask: at('transaction/lastTask.ts') as Core['lastTask'],
    locking: at('transaction/locking.ts') as Core['locking'],
    lookBack: at('transaction/lookBack.ts') as Core['lookBack'],
    operator: at('transaction/operator.ts') as Core['operator'],
    resume: at('transaction/resume.ts') as Core['resume'],
    outcome: at('transaction/outcome.ts') as Core['outcome'],
    standing: at('transaction/standing.ts') as Core['standing'],
    wanted: at('transaction/wanted.ts') as Core['wanted'],
  };
}
