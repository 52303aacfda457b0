/**
 * Owns calling back those who found no place, once their host answers and has one: in the order in which they were turned away, so
 * many a second in all. Who is called comes before its turn (`turns.ts`); who is not, as where its process has ended, at it.
 */
import { type Ms } from '../../protocol/wire/phases';

const spaceMs: Ms = 40;
/** Beyond these, whoever is turned away comes at its turn alone. */
const most = 20_000;
/** At all of them, where there are so many. */
const lookEveryMs: Ms = 1_000;

interface Away {
  readonly call: () => void;
  /** It comes by itself from then on. */
  readonly until: Ms;
}

export class Recall {
  readonly #hasRoom: (host: string) => boolean;
  /** By host, in order. */
  readonly #away = new Map<string, Away[]>();
  #size = 0;
  #nextLookAt: Ms = 0;
  /** Hosts that answer and have somebody to call. */
  readonly #due = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param hasRoom whether a host that answers has a place now */
  constructor(hasRoom: (host: string) => boolean) {
    this.#hasRoom = hasRoom;
  }

  get size(): number {
    return this.#size;
  }

  add(host: string, away: Away): void {
    const all = this.#away.get(host) ?? [];
    const now = Date.now();
    this.#drop(all, now);
    if (this.#size >= most) this.#lookAtAll(now);
    if (this.#size >= most) return;
    this.#away.set(host, all);
    all.push(away);
    this.#size += 1;
  }

  /** The host has just answered. */
  answers(host: string): void {
    if (!this.#away.has(host)) return;
    this.#due.add(host);
    this.#timer ??= setTimeout(this.#tick, spaceMs).unref();
  }

  /** What the host answered before counts no more. */
  hangs(host: string): void {
    this.#due.delete(host);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#due.clear();
    this.#away.clear();
    this.#size = 0;
  }

  /** One is called, of the host that has been called for longest ago. */
  readonly #tick = (): void => {
    this.#timer = undefined;
    for (const host of this.#due) {
      const all = this.#away.get(host) ?? [];
      this.#drop(all, Date.now());
      if (all.length === 0) {
        this.#away.delete(host);
        this.#due.delete(host);
        continue;
      }
      if (!this.#hasRoom(host)) continue;
      this.#size -= 1;
      all.shift()?.call();
      this.#due.delete(host);
      this.#due.add(host);
      break;
    }
    if (this.#due.size > 0) this.#timer = setTimeout(this.#tick, spaceMs).unref();
  };

  /** Of a host that nobody calls any more nothing is heard, so those that waited for it would stay. */
  #lookAtAll(now: Ms): void {
    if (now < this.#nextLookAt) return;
    this.#nextLookAt = now + lookEveryMs;
    for (const [host, all] of this.#away) {
      this.#drop(all, now);
      if (all.length === 0) this.#away.delete(host);
    }
  }

  /** Those at the front whose turn has come. */
  #drop(all: Away[], now: Ms): void {
    const kept = all.findIndex(({ until }) => until > now);
    const gone = kept === -1 ? all.length : kept;
    all.splice(0, gone);
    this.#size -= gone;
  }
}
