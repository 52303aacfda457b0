/**
 * Owns `Date` while a run is under way: whoever looks at it, a participant that compares `decideBy` with its clock, sees the time of the
 * run. A run at a time in a process, and nothing else beside it.
 */
import { type Ms } from '../protocol/wire/phases';

/** @returns what puts the real one back */
export function installDate(now: () => Ms): () => void {
  const real = globalThis.Date;
  const virtual = new Proxy(real, {
    apply: () => new real(now()).toString(),
    construct: (target, args: unknown[]) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args) as object,
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  });
  globalThis.Date = virtual;
  return () => {
    globalThis.Date = real;
  };
}
