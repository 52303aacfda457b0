/**
 * Owns noticing that what was started does not end in good time, also where no worker is in this process. Of all that this front end
 * starts one is watched, by `describe`; until it is over no more than a window are started after it, as TCP sends no more than a window
 * after what is not acknowledged. The window is what is over in good time, as those tell that were started before the watched one; it
 * doubles at most, and only where it was used up. So what is under way stays so little that each ends soon, whatever makes it slow, and starts go on at the pace of the ends.
 *
 * Time that a participant takes is no lateness: who is seen asking the same for a while is over. Few starts a second are no load, and
 * are not looked at. Where nothing changes for long no worker runs: that is not overload, and what is started then waits for one, durably.
 */
import { type Ms } from '../../../protocol/wire/phases';
import { LeastOfLate } from './leastOfLate';

export interface Progress {
  /** `waiting`: for Temporal or a worker. `asking`: an activity is under way. */
  readonly is: 'over' | 'waiting' | 'asking';
  /** Another number where it has got further. */
  readonly at: number;
}

/** Rejects where that cannot be told now. */
export type Look = (id: string) => Promise<Progress>;

interface Watched {
  readonly id: string;
  readonly startedAt: Ms;
  /** Started before it, and maybe not over. */
  readonly ahead: number;
  /** Started after it. */
  behind: number;
  isLate: boolean;
  isWindowUsed: boolean;
  seen: Progress;
  changedAt: Ms;
  timer?: NodeJS.Timeout;
}

/**
 * Late is what takes some times as long as a transaction that is alone: by then the engine does about as much a second as it ever will.
 * Alone it takes some ten times what its start takes to be confirmed, of which the quickest of late tells how far away, and how quick, the engine is.
 */
const late = { confirmations: 60, least: 500, most: 1_500 };
const quickestOfMs: Ms = 30_000;
const lookEveryMs: Ms = 100;
/** An activity that is seen for so long waits for its participant. */
const askingMs: Ms = 200;
/** Before one is late: fewer are not worth a look. */
const load = 4;
const absentMs: Ms = 15_000;
const window = { initial: 16, least: 8, most: 65_536 };
/** Of a window, where only a part may be used. */
const leastPart = 2;

export class Watch {
  readonly #look: Look;
  readonly #onOpen: () => void;
  #watched: Watched | undefined;
  #window = window.initial;
  #ahead = 0;
  #isAbsent = false;
  readonly #confirmed = new LeastOfLate(quickestOfMs);

  /** @param onOpen more may be started than before */
  constructor(look: Look, onOpen: () => void) {
    this.#look = look;
    this.#onOpen = onOpen;
  }

  /**
   * @param underWay starts that Temporal has not confirmed yet
   * @param share of the window
   */
  mayStart(underWay: number, share: number): boolean {
    const watched = this.#watched;
    const part = Math.max(this.#window * share, leastPart);
    if (this.#isAbsent || (watched?.behind ?? 0) + underWay < part) return true;
    if (watched?.isWindowUsed === false) {
      watched.isWindowUsed = true;
      this.#lookIn(0, watched);
    }
    return false;
  }

  get #lateMs(): Ms {
    return Math.min(Math.max(late.confirmations * this.#confirmed.least, late.least), late.most);
  }

  /** For the log. */
  get said(): string {
    if (this.#watched?.isLate !== true) return 'what was started ends in time';
    const seconds = ((performance.now() - this.#watched.startedAt) / 1_000).toFixed(1);
    return `transaction "${this.#watched.id}", started ${seconds} s ago, is not over yet, and ${this.#watched.behind} were started after it`;
  }

  /** @param confirmedAfterMs how long Temporal took to take it */
  started(id: string, confirmedAfterMs: Ms): void {
    this.#confirmed.add(confirmedAfterMs);
    if (this.#watched === undefined) {
      const now = performance.now();
      const seen = { is: 'waiting', at: 0 } as const;
      const fresh = { behind: 0, isLate: false, isWindowUsed: false };
      this.#watched = { id, startedAt: now, ahead: this.#ahead, ...fresh, seen, changedAt: now };
      this.#lookIn(this.#lateMs, this.#watched);
      return;
    }
    this.#watched.behind += 1;
  }

  #lookIn(ms: Ms, watched: Watched): void {
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => void this.#see(watched), ms).unref();
  }

  async #see(watched: Watched): Promise<void> {
    if (watched.behind < load && !watched.isWindowUsed) {
      this.#leave(watched);
      return;
    }
    const progress = await this.#look(watched.id).catch(() => watched.seen);
    if (watched !== this.#watched) return;
    const now = performance.now();
    if (progress.is !== watched.seen.is || progress.at !== watched.seen.at) watched.changedAt = now;
    watched.seen = progress;
    if (isOver(watched, now)) this.#leave(watched);
    else this.#stay(watched, now);
  }

  #leave(watched: Watched): void {
    if (watched.isWindowUsed || watched.isLate) this.#adapt(watched, seenOverAt(watched));
    clearTimeout(watched.timer);
    this.#ahead = watched.behind;
    this.#isAbsent = false;
    this.#watched = undefined;
    this.#onOpen();
  }

  /** Those ahead of it were over while it waited: so many are in as long as each may take. */
  #adapt({ ahead, startedAt, isLate }: Watched, overAt: Ms): void {
    const inTime = ahead === 0 ? Infinity : (ahead * this.#lateMs) / (overAt - startedAt);
    this.#set(Math.min(inTime, isLate ? this.#window : this.#window * 2));
  }

  #set(size: number): void {
    this.#window = Math.min(Math.max(Math.floor(size), window.least), window.most);
  }

  #stay(watched: Watched, now: Ms): void {
    if (!watched.isLate && watched.seen.is === 'waiting' && now - watched.startedAt >= this.#lateMs) {
      watched.isLate = true;
      this.#set(this.#window / 2);
    }
    this.#isAbsent = now - watched.changedAt >= absentMs;
    if (this.#isAbsent) this.#onOpen();
    this.#lookIn(lookEveryMs, watched);
  }
}

/** The time that its participant took is none of the engine's. */
function seenOverAt({ seen, changedAt }: Watched): Ms {
  return seen.is === 'asking' ? changedAt : performance.now();
}

function isOver({ seen, changedAt }: Watched, now: Ms): boolean {
  return seen.is === 'over' || (seen.is === 'asking' && now - changedAt >= askingMs);
}
