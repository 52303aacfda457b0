/** Owns many runs, each by a seed of its own, and the smallest schedule that still shows what one of them found. */
import { type Violation } from './judge';
import { type MakeParticipant, type PlayOptions, type Played, play } from './play';
import { type Means, type Schedule, draw, scheduleText, smaller } from './schedules';

export interface ExploreOptions extends PlayOptions {
  /** Default 100. */
  readonly runs?: number;
  /** Of the first run; the others follow. Default 1. */
  readonly seed?: number;
  /** Whether transactions with `onCommitFailure: "rollback"` are played. Default true. */
  readonly onCommitFailure?: boolean;
}

/** What was looked at, where nothing was found. */
export interface Explored {
  readonly runs: number;
  /** To the participant. */
  readonly requests: number;
}

/** A participant does not keep its promise: the message tells the story. */
export class CounterExample extends Error {
  override readonly name = 'CounterExample';

  constructor(
    /** Plays it again: `explore(make, { seed, runs: 1 })`. */
    readonly seed: number,
    readonly violation: Violation,
    readonly schedule: Schedule,
    story: readonly string[],
  ) {
    super(
      [
        violation.what,
        '',
        ...scheduleText(schedule),
        '',
        ...story,
        '',
        `Rule: ${violation.rule}. Found with seed ${String(seed)}; played again by explore(…, { seed: ${String(seed)}, runs: 1 }).`,
      ].join('\n'),
    );
  }
}

/** Most are found within a few; more would only take time. */
const mostShrinks = 200;

/** @param make a participant with nothing in it, for each run anew @throws CounterExample */
export async function explore(make: MakeParticipant, options: ExploreOptions = {}): Promise<Explored> {
  const { runs = 100, seed = 1, onCommitFailure = true } = options;
  const first = await make();
  await first.close?.();
  const means: Means = {
    canRefuse: options.refusedPayload !== undefined,
    canRestart: first.restart !== undefined,
    canBeProvisional: onCommitFailure,
  };
  let requests = 0;
  for (let nth = seed; nth < seed + runs; nth++) {
    const schedule = draw(nth, means);
    const played = await play(make, schedule, { options, seed: nth });
    requests += played.requests;
    const { violation } = played;
    if (violation === undefined) continue;
    const smallest = await shrink(make, { schedule, violation, played }, { options, seed: nth });
    throw new CounterExample(nth, smallest.violation, smallest.schedule, smallest.played.story);
  }
  return { runs, requests };
}

interface Found {
  readonly schedule: Schedule;
  readonly violation: Violation;
  readonly played: Played;
}

/** Smaller and smaller, as long as the same rule is broken. */
async function shrink(
  make: MakeParticipant,
  found: Found,
  how: { readonly options: PlayOptions; readonly seed: number },
): Promise<Found> {
  let smallest = found;
  let left = mostShrinks;
  for (let candidates = smaller(found.schedule); candidates.length > 0 && left > 0; left--) {
    const [schedule = found.schedule, ...others] = candidates;
    const played = await play(make, schedule, how);
    const { violation } = played;
    const shows = violation?.rule === found.violation.rule;
    if (shows) smallest = { schedule, violation, played };
    candidates = shows ? smaller(schedule) : others;
  }
  return smallest;
}
