/**
 * Owns the exploration of a lock: every step is checked when it is taken; and from every state, what follows if nothing fails any
 * more is followed to the end (liveness).
 */
import type * as exploring from '../../exploring/finding';
import { refusal } from '../../exploring/finding';
import {
  type Entry,
  type Expanded,
  type Search,
  type Way,
  fromNowhere,
  newSearch,
  reach,
  searched,
  traceBy,
} from '../../exploring/search';
import { type PromiseName, type Violation, violations } from './checks';
import { budgetOf, keyOf } from './key';
import { type Step } from './step';
import { stepsFrom } from './steps';
import { type Setting, type World, startOf } from './world';

type Finding = exploring.Finding<PromiseName>;

interface Exploring extends Search<World> {
  readonly setting: Setting;
  /** Broken promises that are not looked for. */
  readonly except: (violation: Violation) => boolean;
  /** Keys without their budget from which everything ends well. */
  readonly good: Set<string>;
}

export function explore(
  setting: Setting,
  except: Exploring['except'] = () => false,
): exploring.Report<PromiseName> {
  const it: Exploring = { ...newSearch<World>(), setting, except, good: new Set() };
  enter(it, startOf(setting), fromNowhere);
  return searched(it, entry => expand(it, entry));
}

function enter(it: Exploring, world: World, way: Way): void {
  reach(it, { key: `${keyOf(world)}/${budgetOf(world)}`, world }, way);
}

function expand(it: Exploring, { number, world }: Entry<World>): Expanded<PromiseName> {
  const found = ({ trace, ...each }: Finding): Finding => ({ ...each, trace: traceBy(it, number, trace) });
  let taken = 0;
  const stuck = follow(it, world);
  if (stuck !== undefined) return { taken, findings: [found(stuck)] };
  for (const step of stepsFrom(world, it.setting)) {
    const { after, broken } = take(it, world, step);
    const findings = broken.map(each => found({ ...each, trace: [step.label] }));
    if (findings.length > 0) return { taken, findings };
    if (after === undefined || after.left.jumps < 0) continue;
    taken += 1;
    enter(it, after, { parent: number, label: step.label });
  }
  return { taken, findings: [] };
}

interface Taken {
  readonly after?: World;
  readonly broken: readonly Violation[];
}

function take({ except }: Exploring, world: World, step: Step): Taken {
  try {
    const after = step.next();
    return { after, broken: violations(world, after).filter(each => !except(each)) };
  } catch (error) {
    return { broken: [refusal(error) as Violation].filter(each => !except(each)) };
  }
}

/** Whether all that have asked come to their end, and the lock to rest, if nothing fails any more. */
function follow(it: Exploring, from: World): Finding | undefined {
  const path: string[] = [];
  const trace: string[] = [];
  const met = new Set<string>();
  for (let world = from; ;) {
    const key = keyOf(world);
    if (it.good.has(key)) break;
    if (met.has(key)) return unending(it, 'it goes round and round', trace);
    met.add(key);
    path.push(key);
    const step = fairest(world, it.setting);
    if (step === undefined) {
      if (!isOver(world)) return unending(it, 'nothing happens any more', trace);
      break;
    }
    trace.push(`then: ${step.label}`);
    const { after, broken } = take(it, world, step);
    if (broken[0] !== undefined) return { ...broken[0], trace };
    if (after === undefined) break;
    world = after;
  }
  for (const each of path) it.good.add(each);
  return undefined;
}

function unending({ except }: Exploring, what: string, trace: readonly string[]): Finding | undefined {
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
