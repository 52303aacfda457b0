/**
 * Owns the search: breadth first, so that the first trace to a broken promise is a shortest one. Every step is checked when it is
 * taken; and from every state, what follows if nothing fails any more is followed to the end (liveness).
 */
import { type PromiseName, type Violation, violations } from './checks';
import { budgetOf, keyOf } from './key';
import { type Step } from './step';
import { stepsFrom } from './steps';
import { type Setting, type World, startOf } from './world';

export interface Finding extends Violation {
  readonly trace: readonly string[];
}

export interface Report {
  readonly states: number;
  readonly transitions: number;
  readonly findings: readonly Finding[];
}

interface Entry {
  readonly number: number;
  readonly world: World;
}

interface Search {
  readonly setting: Setting;
  /** Broken promises that are not looked for. */
  readonly except: (violation: Violation) => boolean;
  readonly known: Set<string>;
  /** Keys without their budget from which everything ends well. */
  readonly good: Set<string>;
  readonly parents: number[];
  readonly labels: string[];
}

export function explore(setting: Setting, except: Search['except'] = () => false): Report {
  const search = {
    setting,
    except,
    known: new Set<string>(),
    good: new Set<string>(),
    parents: [],
    labels: [],
  };
  const first = enter(search, startOf(setting), { parent: -1, label: 'start' });
  let transitions = 0;
  for (let frontier = first === undefined ? [] : [first]; frontier.length > 0;) {
    const next: Entry[] = [];
    for (const entry of frontier) {
      const { taken, fresh, findings } = expand(search, entry);
      transitions += taken;
      if (findings.length > 0) return { states: search.known.size, transitions, findings };
      next.push(...fresh);
    }
    frontier = next;
  }
  return { states: search.known.size, transitions, findings: [] };
}

function enter(search: Search, world: World, from: { parent: number; label: string }): Entry | undefined {
  const key = `${keyOf(world)}/${budgetOf(world)}`;
  if (search.known.has(key)) return undefined;
  search.known.add(key);
  search.labels.push(from.label);
  return { number: search.parents.push(from.parent) - 1, world };
}

interface Expanded {
  readonly taken: number;
  readonly fresh: readonly Entry[];
  readonly findings: readonly Finding[];
}

function expand(search: Search, { number, world }: Entry): Expanded {
  const fresh: Entry[] = [];
  let taken = 0;
  const stuck = follow(search, world);
  if (stuck !== undefined) return { taken, fresh, findings: [found(search, number, stuck)] };
  for (const step of stepsFrom(world, search.setting)) {
    const { after, broken } = take(search, world, step);
    const findings = broken.map(each => found(search, number, { ...each, trace: [step.label] }));
    if (findings.length > 0) return { taken, fresh, findings };
    if (after === undefined || after.left.jumps < 0) continue;
    taken += 1;
    const entry = enter(search, after, { parent: number, label: step.label });
    if (entry !== undefined) fresh.push(entry);
  }
  return { taken, fresh, findings: [] };
}

interface Taken {
  readonly after?: World;
  readonly broken: readonly Violation[];
}

function take({ except }: Search, world: World, step: Step): Taken {
  try {
    const after = step.next();
    return { after, broken: violations(world, after).filter(each => !except(each)) };
  } catch (error) {
    return { broken: [refusal(error)].filter(each => !except(each)) };
  }
}

/** What an assertion of the core says; it may come from a patched copy, whose classes are its own. */
function refusal(error: unknown): Violation {
  if (typeof error !== 'object' || error === null || !('invariant' in error) || !('message' in error))
    throw error;
  return { promise: error.invariant as PromiseName, what: `the core refuses: ${String(error.message)}` };
}

function found({ parents, labels }: Search, number: number, { trace, ...each }: Finding): Finding {
  const before: string[] = [];
  for (let at = number; at > 0; at = parents[at] ?? 0) before.unshift(labels[at] ?? '');
  return { ...each, trace: [...before, ...trace] };
}

/** Whether all that have asked come to their end, and the lock to rest, if nothing fails any more. */
function follow(search: Search, from: World): Finding | undefined {
  const path: string[] = [];
  const trace: string[] = [];
  const met = new Set<string>();
  for (let world = from; ;) {
    const key = keyOf(world);
    if (search.good.has(key)) break;
    if (met.has(key)) return unending(search, 'it goes round and round', trace);
    met.add(key);
    path.push(key);
    const step = fairest(world, search.setting);
    if (step === undefined) {
      if (!isOver(world)) return unending(search, 'nothing happens any more', trace);
      break;
    }
    trace.push(`then: ${step.label}`);
    const { after, broken } = take(search, world, step);
    if (broken[0] !== undefined) return { ...broken[0], trace };
    if (after === undefined) break;
    world = after;
  }
  for (const each of path) search.good.add(each);
  return undefined;
}

function unending({ except }: Search, what: string, trace: readonly string[]): Finding | undefined {
  const violation = { promise: 'liveness', what } as const;
  return except(violation) ? undefined : { ...violation, trace };
}

function fairest(world: World, setting: Setting): Step | undefined {
  let best: Step | undefined;
  for (const step of stepsFrom(world, setting))
    if ((step.fair ?? Infinity) < (best?.fair ?? Infinity)) best = step;
  return best;
}

function isOver({ agents, lock }: World): boolean {
  const left = lock.holders.length + lock.waiters.length + lock.tombstones.length + lock.lastToken;
  return left === 0 && agents.every(each => each.phase === 'new' || each.phase === 'over');
}

/** A finding as a script of steps. */
export function script({ promise, what, trace }: Finding): string {
  const steps = trace.map((step, index) => `  ${String(index + 1).padStart(2)}. ${step}`);
  return [`${promise}: ${what}`, ...steps].join('\n');
}
