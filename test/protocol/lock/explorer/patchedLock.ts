/** Owns the lock's core with some text replaced. */
import { type Patch, patchedModules } from '../../exploring/patched';
import { type LockCore } from './core';

/** @param patches of files below `src/protocol/lock` */
export function patchedLock(patches: readonly Patch[]): LockCore {
  const load = patchedModules(patches.map(each => ({ ...each, file: `lock/${each.file}` })));
  const at = (file: string): unknown => load(`lock/${file}`);
  return {
    answer: at('answer.ts') as LockCore['answer'],
    apply: at('apply.ts') as LockCore['apply'],
    state: at('state.ts') as LockCore['state'],
    wanted: at('wanted.ts') as LockCore['wanted'],
  };
}
