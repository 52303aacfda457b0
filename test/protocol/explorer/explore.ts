/**
 * Owns the exploration of a transaction: every state is checked when it is first reached, every step when it is taken; at the end
 * liveness is checked for all states at once.
 */
import type * as exploring from '../exploring/finding';
import { refusal } from '../exploring/finding';
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
} from '../exploring/search';
import { type PromiseName, type Violation, violations } from './checks';
import { start } from './driver';
import { type FairSteps, endlessFrom } from './liveness';
import { isOver } from './lockDriver';
import { type Plain, plainFor } from './normalise';
import { split } from './split';
import { type Step } from './step';
import { stepsFrom } from './steps';
import { type Setting, type World } from './world';

type Finding = exploring.Finding<PromiseName>;

export interface Options {
  /** What the scenario does not promise. */
  readonly except?: (violation: Violation, world: World) => boolean;
  /** Where a transaction may come to rest without an end. */
  readonly mayRest?: (world: World) => boolean;
  /** Stop with an error beyond this many states. */
  readonly most?: number;
}

interface Exploring extends Search<World>, FairSteps {
  readonly setting: Setting;
  readonly options: Options;
  readonly plain: Plain;
}

export function explore(setting: Setting, options: Options = {}): exploring.Report<PromiseName> {
  const it: Exploring = {
    ...newSearch<World>(),
    fairNext: [],
    fairLabels: [],
    rests: [],
    setting,
    options,
    plain: plainFor(setting.scenario),
  };
  enter(it, it.plain.normalise(start(setting)), fromNowhere);
  const report = searched(it, entry => expand(it, entry), options.most);
  return report.findings.length > 0 ? report : { ...report, findings: stuck(it) };
}

function enter(it: Exploring, world: World, way: Way): number {
  const number = reach(it, { key: it.plain.keyOf(world), world }, way);
  if (number === it.rests.length) {
    it.fairNext.push([]);
    it.fairLabels.push('nothing more');
    it.rests.push(isOver(world) || (it.options.mayRest?.(world) ?? false));
  }
  return number;
}

/** Takes every step from one state. */
function expand(it: Exploring, { number, world }: Entry<World>): Expanded<PromiseName> {
  let taken = 0;
  let best = Infinity;
  for (const step of stepsFrom(world, it.setting)) {
    taken += 1;
    const { broken, parts } = take(it, world, step);
    const trace = (): string[] => traceBy(it, number, [step.label]);
    if (broken.length > 0) return { taken, findings: broken.map(each => ({ ...each, trace: trace() })) };
    const reached = parts.map(part => enter(it, part, { parent: number, label: step.label }));
    const leads = reached.some(each => each !== number); // what changes nothing, as a retry, is no progress
    if (leads && step.fair !== undefined && step.fair < best) {
      best = step.fair;
      it.fairNext[number] = reached;
      it.fairLabels[number] = step.label;
    }
  }
  return { taken, findings: [] };
}

interface Taken {
  readonly broken: readonly Violation[];
  readonly parts: readonly World[];
}

/** The world after the step, in parts where its participants have parted, or what is broken by it. */
function take({ setting, options, plain }: Exploring, before: World, step: Step): Taken {
  const brokenIn = (from: World, to: World) =>
    violations(from, to, setting).filter(each => options.except?.(each, to) !== true);
  try {
    const after = plain.normalise(step.next());
    const broken = brokenIn(before, after);
    if (broken.length > 0 || setting.scenario.whole === true) return { broken, parts: [after] };
    const apart = split(after, setting);
    if (apart.length === 1) return { broken: [], parts: apart };
    const parts = apart.map(plain.normalise);
    return { broken: parts.flatMap(part => brokenIn(part, part)), parts };
  } catch (error) {
    return { broken: [refusal(error) as Violation], parts: [] };
  }
}

/** A state from which the transaction does not end though from then on everybody answers: the first found is a nearest one. */
function stuck(it: Exploring): Finding[] {
  const endless = endlessFrom(it);
  if (endless === undefined) return [];
  const goesOn = endless.goesOn.map(label => `  then: ${label}`);
  return [{ promise: 'liveness', what: 'it never ends', trace: traceBy(it, endless.from, goesOn) }];
}
