/** Owns the lock's core with some text replaced. */
import { type Patch, patchedModules } from '../../exploring/patched';
import { type LockCore } from './core';

/** As in the transaction's explorer: what judges from outside has to see by itself what is broken. */
export const withoutAssertions: Patch = {
  file: 'apply.ts',
  find: '  assertLock(current, after, now);\n',
  replace: '',
};

/** @param patches of files below `src/protocol/lock` */
export function patchedLock(patches: readonly Patch[]): LockCore {
  const load = patchedModules(inProtocol(patches));
  const at = (file: string): unknown => load(`lock/${file}`);
  return {
    answer: at('answer.ts') as LockCore['answer'],
    apply: at('apply.ts') as LockCore['apply'],
    state: at('state.ts') as LockCore['state'],
    wanted: at('wanted.ts') as LockCore['wanted'],
  };
}

/** The same patches, of files below `src/protocol`. */
export function inProtocol(patches: readonly Patch[]): Patch[] {
  return patches.map(each => ({ ...each, file: `lock/${each.file}` }));
}
