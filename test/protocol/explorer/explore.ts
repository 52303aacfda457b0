/**
 * Owns the search: breadth first, so that the first trace to a broken promise is a shortest one. Every state is checked when it
 * is first reached, every step when it is taken; at the end liveness is checked for all states at once.
 */
import { type PromiseName, type Violation, violations } from './checks';
import { start } from './driver';
import { isOver } from './lockDriver';
import { keyOfWorld, normalise } from './normalise';
import { split } from './split';
import { type Step } from './step';
import { stepsFrom } from './steps';
import { type Setting, type World } from './world';

export interface Finding extends Violation {
  /** The steps that lead there, and for a broken liveness what goes round and round. */
  readonly trace: readonly string[];
}

export interface Report {
  readonly states: number;
  readonly transitions: number;
  readonly findings: readonly Finding[];
}

export interface Options {
  /** What the scenario does not promise. */
  readonly except?: (violation: Violation, world: World) => boolean;
  /** Where a transaction may come to rest without an end. */
  readonly mayRest?: (world: World) => boolean;
  /** Stop with an error beyond this many states. */
  readonly most?: number;
}

interface Graph {
  readonly numbers: Map<string, number>;
  readonly parents: number[];
  readonly labels: string[];
  /** Where the step leads that is taken if all goes well; to several once participants are followed alone. */
  readonly fairNext: (readonly number[])[];
  readonly fairLabels: string[];
  readonly rests: boolean[];
}

export function explore(setting: Setting, options: Options = {}): Report {
  const graph: Graph = {
    numbers: new Map(),
    parents: [],
    labels: [],
    fairNext: [],
    fairLabels: [],
    rests: [],
  };
  const first = normalise(start(setting), setting.scenario);
  let transitions = 0;
  let frontier = [enter(graph, first, { parent: -1, label: 'start', options })];
  const report = (findings: readonly Finding[]): Report => ({
    states: graph.parents.length,
    transitions,
    findings,
  });
  while (frontier.length > 0) {
    const next: Entry[] = [];
    for (const entry of frontier) {
      const { taken, findings } = expand(graph, entry, { setting, options, next });
      transitions += taken;
      if (findings.length > 0) return report(findings);
      if (graph.parents.length > (options.most ?? Infinity))
        throw new Error(`more than ${String(options.most)} states`);
    }
    frontier = next;
  }
  return report(stuck(graph));
}

interface Entry {
  readonly number: number;
  readonly world: World;
}

function enter(graph: Graph, world: World, { parent, label, options }: Entering): Entry {
  const number = graph.parents.length;
  graph.numbers.set(keyOfWorld(world), number);
  graph.parents.push(parent);
  graph.labels.push(label);
  graph.fairNext.push([]);
  graph.fairLabels.push('nothing more');
  graph.rests.push(isOver(world) || (options.mayRest?.(world) ?? false));
  return { number, world };
}

interface Entering {
  readonly parent: number;
  readonly label: string;
  readonly options: Options;
}

interface Expanding {
  readonly setting: Setting;
  readonly options: Options;
  readonly next: Entry[];
}

/** Takes every step from one state; the new states join `next`. */
function expand(graph: Graph, { number, world }: Entry, { setting, options, next }: Expanding): Expanded {
  let taken = 0;
  let best = Infinity;
  for (const step of stepsFrom(world, setting)) {
    taken += 1;
    const { broken, parts } = take(world, step, { setting, options });
    if (broken.length > 0)
      return { taken, findings: broken.map(each => found(graph, { after: number, last: step.label, each })) };
    const reached = parts.map(part =>
      numbered(graph, part, { parent: number, label: step.label, options, next }),
    );
    const leads = reached.some(each => each !== number); // what changes nothing, as a retry, is no progress
    if (leads && step.fair !== undefined && step.fair < best) {
      best = step.fair;
      graph.fairNext[number] = reached;
      graph.fairLabels[number] = step.label;
    }
  }
  return { taken, findings: [] };
}

interface Expanded {
  readonly taken: number;
  readonly findings: readonly Finding[];
}

interface Taken {
  readonly broken: readonly Violation[];
  readonly parts: readonly World[];
}

/** The world after the step, in parts where its participants have parted, or what is broken by it. */
function take(
  before: World,
  step: Step,
  { setting, options }: Pick<Expanding, 'setting' | 'options'>,
): Taken {
  const brokenIn = (from: World, to: World) =>
    violations(from, to, setting).filter(each => options.except?.(each, to) !== true);
  try {
    const after = normalise(step.next(), setting.scenario);
    const broken = brokenIn(before, after);
    if (broken.length > 0 || setting.scenario.whole === true) return { broken, parts: [after] };
    const parts = split(after, setting).map(part => normalise(part, setting.scenario));
    return { broken: parts.length === 1 ? [] : parts.flatMap(part => brokenIn(part, part)), parts };
  } catch (error) {
    return { broken: [refusal(error)], parts: [] };
  }
}

/** What an assertion of the core says; it may come from a patched copy, whose classes are its own. */
function refusal(error: unknown): Violation {
  if (typeof error !== 'object' || error === null || !('invariant' in error) || !('message' in error))
    throw error;
  return { promise: error.invariant as PromiseName, what: `the core refuses: ${String(error.message)}` };
}

function numbered(graph: Graph, world: World, { next, ...entering }: Entering & { next: Entry[] }): number {
  const known = graph.numbers.get(keyOfWorld(world));
  if (known !== undefined) return known;
  const entry = enter(graph, world, entering);
  next.push(entry);
  return entry.number;
}

function found(
  graph: Graph,
  { after, last, each }: { after: number; last: string; each: Violation },
): Finding {
  return { ...each, trace: [...traceTo(graph, after), last] };
}

function traceTo(graph: Graph, number: number): string[] {
  const trace: string[] = [];
  for (let at = number; at > 0; at = graph.parents[at] ?? 0) trace.unshift(graph.labels[at] ?? '');
  return trace;
}

/** A state from which the transaction does not end though from then on everybody answers: the first found is a nearest one. */
function stuck(graph: Graph): Finding[] {
  const endless = undecidedStates(graph);
  const from = endless.indexOf(true);
  if (from < 0) return [];
  const goesOn: string[] = [];
  const met = new Set<number>();
  for (let at: number | undefined = from; at !== undefined && !met.has(at);) {
    met.add(at);
    goesOn.push(`  then: ${graph.fairLabels[at] ?? ''}`);
    at = graph.fairNext[at]?.find(each => endless[each]);
  }
  return [{ promise: 'liveness', what: 'it never ends', trace: [...traceTo(graph, from), ...goesOn] }];
}

/** Which states do not lead to rest by fair steps alone: what is left when those that do are taken away, backwards. */
function undecidedStates(graph: Graph): boolean[] {
  const endless = graph.rests.map(rests => !rests);
  const waiting = graph.fairNext.map(next => next.length);
  const sources = new Map<number, number[]>();
  graph.fairNext.forEach((next, from) => {
    for (const to of next) sources.set(to, [...(sources.get(to) ?? []), from]);
  });
  const ending = graph.rests.flatMap((rests, number) => (rests ? [number] : []));
  for (let at = ending.pop(); at !== undefined; at = ending.pop()) {
    for (const from of sources.get(at) ?? []) {
      waiting[from] = (waiting[from] ?? 0) - 1;
      if (waiting[from] === 0 && endless[from] === true) {
        endless[from] = false;
        ending.push(from);
      }
    }
  }
  return endless;
}

/** A finding as a script of steps. */
export function script({ promise, what, trace }: Finding): string {
  const steps = trace.map((step, index) => `  ${String(index + 1).padStart(2)}. ${step}`);
  return [`${promise}: ${what}`, ...steps].join('\n');
}
