/**
 * Owns which start is handed over to Temporal now, and which is refused before anything was: `Overloaded` says that nothing was started.
 *
 * So many are under way at once as Temporal confirms in good time: one more for each that is confirmed soon while most of the limit is
 * used, a tenth less for each that is slow (`adaptiveLimit.ts`). Each step of what was accepted before is a write of Temporal's too: the
 * fewer starts compete with it, the sooner it ends. And few are handed over while what was handed over does not end (`watch.ts`).
 *
 * Who sends more than can be done has a line, and takes no more than a part of what can be under way while somebody else is there who has
 * none: whose own starts come one by one finds the engine nearly free, and need not share what a flood leaves of it (I9).
 *
 * Whoever finds no room waits in line (`coordinator/line.ts`). A burst is let in as it is worked off, however long that takes, up to each one's
 * patience; where a caller's first one waits for longer than a moment, it sends more than can be done, and what it sends then is refused
 * at once.
 */
import { AdaptiveLimit, type LimitRules } from '../../../outbound/limits/adaptiveLimit';
import { type Ms } from '../../../protocol/wire/phases';
import { Overloaded } from '../../errors';
import { Line, type Waiting } from '../../line';
import { type Look, Watch } from './watch';

/** At the start few, so that a burst after idle does not stand in the way of its own first ones. */
const rules: LimitRules = { initial: 16, least: 8, most: 256 };
const slowMs: Ms = 500;
/** Longer than the first in line of an ordinary burst has waited when its last one arrives. */
const lineMs: Ms = 5_000;
const defaultPatienceMs: Ms = 40_000;
const longestPauseS = 30;
/** Of the window, for who has a line. */
const floodShare = 1 / 4;
/** Who has started something is there for so long. */
const presentMs: Ms = 5_000;

export interface Candidate {
  readonly id: string;
  readonly caller: string;
  /** Whoever wants it has gone, or the process stops: its place in line is given up. */
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: Ms | undefined;
}

interface Starting extends Waiting {
  readonly turnAway: (why: (id: string) => Error) => void;
}

const longestLine = { inAll: 2_000, ofCaller: 1_000 };

export class Admission {
  readonly #limit = new AdaptiveLimit(rules);
  readonly #watch: Watch;
  readonly #line = new Line<Starting>(longestLine);
  #underWay = 0;
  /** The last two callers that came without a line, the newer one first. */
  #present: readonly { readonly caller: string; readonly at: Ms }[] = [];

  constructor(look: Look) {
    this.#watch = new Watch(look, () => {
      this.#admit();
    });
  }

  /**
   * @param handOver whether it was started by that
   * @throws Overloaded before `handOver` was called
   */
  async start(candidate: Candidate, handOver: () => Promise<boolean>): Promise<boolean> {
    await this.#enter(candidate);
    const began = performance.now();
    try {
      const isNew = await handOver();
      if (isNew) this.#watch.started(candidate.id, performance.now() - began);
      return isNew;
    } finally {
      if (performance.now() - began > slowMs) this.#limit.unanswered();
      else this.#limit.answered(this.#underWay);
      this.#underWay -= 1;
      this.#admit();
    }
  }

  async #enter(candidate: Candidate): Promise<void> {
    const { caller } = candidate;
    const isFirst = this.#line.lengthOf(caller) === 0;
    if (isFirst) this.#isPresent(caller);
    if (isFirst && this.#hasRoom()) this.#underWay += 1;
    else if (this.#line.waitedMs(caller) > lineMs || this.#line.isFull(caller))
      throw this.#overloaded(caller);
    else await this.#wait(candidate);
  }

  /** Nobody's turn comes as things are: all who wait are told why, with nothing handed over. */
  turnAway(why: (id: string) => Error): void {
    for (const each of this.#line.all) each.turnAway(why);
  }

  #hasRoom(share = 1): boolean {
    return this.#underWay < this.#limit.now && this.#watch.mayStart(this.#underWay, share);
  }

  #admit(): void {
    const mayCome = (caller: string): boolean => this.#hasRoom(this.#shareOf(caller));
    for (let next = this.#line.next(mayCome); next !== undefined; next = this.#line.next(mayCome)) {
      this.#underWay += 1; // before it is told, so that nobody overtakes it
      next.admit();
    }
  }

  #shareOf(caller: string): number {
    const isFlood = this.#line.lengthOf(caller) > 1;
    const since = performance.now() - presentMs;
    const isAnotherThere = this.#present.some(each => each.caller !== caller && each.at > since);
    return isFlood && isAnotherThere ? floodShare : 1;
  }

  #isPresent(caller: string): void {
    const other = this.#present.find(each => each.caller !== caller);
    this.#present = [{ caller, at: performance.now() }, ...(other === undefined ? [] : [other])];
  }

  #wait({ id, caller, signal, patienceMs = defaultPatienceMs }: Candidate): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.#line.leave(waiting);
      };
      const turnAway = (why: (id: string) => Error): void => {
        reject(why(id));
        leave();
      };
      const giveUp = (): void => {
        turnAway(() => this.#overloaded(caller));
      };
      const admit = (): void => {
        leave();
        resolve();
      };
      const waiting = { caller, since: performance.now(), admit, turnAway };
      const timer = setTimeout(giveUp, patienceMs);
      signal?.addEventListener('abort', giveUp);
      this.#line.add(waiting);
      if (signal?.aborted === true) giveUp();
    });
  }

  /** Not all come again at the same moment: between once and twice what the line takes now. */
  #overloaded(caller: string): Overloaded {
    const waitedS = this.#line.waitedMs(caller) / 1_000;
    const seconds = Math.ceil(waitedS * (1 + Math.random()));
    const line = `${this.#line.lengthOf(caller)} of this caller wait for their turn, the first of them for ${waitedS.toFixed(1)} s`;
    const why = `${line}; ${this.#underWay} starts are under way, at most ${this.#limit.now}; ${this.#watch.said}`;
    return new Overloaded(Math.min(Math.max(seconds, 1), longestPauseS), { cause: new Error(why) });
  }
}
