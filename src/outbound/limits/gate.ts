/**
 * Owns who may send now (I9). A call needs a place at its endpoint, one at its host (name and port; how many there are follows from
 * how it answers, `adaptiveLimit.ts`), and one of the process's connections. Where there is none it is *busy*: nothing was sent, the
 * engine holds the call until its turn (`turns.ts`), or until it is called back (`recall.ts`), and it costs no slot, no heartbeat, no
 * socket and no thread meanwhile.
 *
 * At a host that answers, a place is free in a moment: there, and only there, a call waits for it, in order, for less time than
 * goes by before an activity's first heartbeat.
 */
import { type Ms } from '../../protocol/wire/phases';
import { AdaptiveLimit, type LimitRules } from './adaptiveLimit';
import { Recall } from './recall';
import { Turns } from './turns';

export interface GateOptions {
  readonly perEndpoint: number;
  readonly perHost: LimitRules;
  readonly inAll: number;
  /** Calls that are slow at once: no host that has one among them gets another while there are so many. */
  readonly slowInAll: number;
  readonly patienceMs: Ms;
  /** Whoever is busy can be called back (`callBack`), and so need not look often. */
  readonly callsBack: () => boolean;
}

export interface Destination {
  readonly host: string;
  readonly endpoint: string;
}

/** Whoever is `admitted` says once what came of it, and leaves once. */
export type Admission = 'admitted' | 'busy' | 'cancelled';

interface Waiting {
  readonly endpoint: string;
  readonly admit: () => void;
}

interface Host {
  readonly limit: AdaptiveLimit;
  readonly endpoints: Map<string, number>;
  /** In order of arrival. */
  readonly waiting: Set<Waiting>;
  inFlight: number;
  slow: number;
  /** The last that was heard of it was that a call went without an answer. */
  unanswered: boolean;
  usedAt: Ms;
}

function hangs({ slow, unanswered }: Host): boolean {
  return slow > 0 || unanswered;
}

const mostWaiting = 1_000;
/** A host is remembered for so long after its last call: what was learnt of it holds no longer. */
const rememberMs: Ms = 60_000;
const lookAroundAt = 1_000;

export class Gate {
  readonly #options: GateOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #turns = new Turns();
  readonly #recall = new Recall(name => {
    const host = this.#hosts.get(name);
    return host !== undefined && this.#inFlight < this.#options.inAll && host.inFlight < host.limit.now;
  });
  #inFlight = 0;
  #slow = 0;
  #waiting = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Hosts that are remembered at the moment. */
  get size(): number {
    return this.#hosts.size;
  }

  /** Calls in flight, by host without a port that goes without saying. */
  get inFlight(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [hostAndPort, { inFlight }] of this.#hosts) {
      const host = hostAndPort.replace(/:(?:80|443)$/, '');
      if (inFlight > 0) counts.set(host, (counts.get(host) ?? 0) + inFlight);
    }
    return counts;
  }

  /** Waits, where it is worth while, `atMostMs` at most. */
  async enter(to: Destination, signal: AbortSignal, atMostMs: Ms = Infinity): Promise<Admission> {
    if (signal.aborted) return 'cancelled';
    const host = this.#hostOf(to.host);
    if (this.#hasRoom(host, to.endpoint)) {
      this.#take(host, to.endpoint);
      return 'admitted';
    }
    const worthWhile =
      !host.limit.isInTrouble && this.#waiting < mostWaiting && this.#inFlight < this.#options.inAll;
    return worthWhile
      ? this.#wait(host, to.endpoint, { signal, ms: Math.min(this.#options.patienceMs, atMostMs) })
      : 'busy';
  }

  /** How long one that is busy waits; `by` is when it does not come any more. */
  turnMs({ host }: Destination, by: Ms | undefined): Ms {
    const isWell = !hangs(this.#hostOf(host));
    const isCalled = this.#options.callsBack();
    return this.#turns.delayMs(host, { now: Date.now(), random: Math.random(), by, isWell, isCalled });
  }

  /** `call` is called once, when its host answers and has room, where that is within `ms`. */
  callBack({ host }: Destination, ms: Ms, call: () => void): void {
    this.#recall.add(host, { call, until: Date.now() + ms });
  }

  close(): void {
    this.#recall.close();
  }

  answered({ host }: Destination, late: boolean): void {
    const known = this.#hostOf(host);
    known.unanswered = false;
    if (late) known.limit.answeredLate();
    else known.limit.answered(known.inFlight);
    this.#recall.answers(host);
  }

  /** It took its time and brought none, or has none for so long that it is as good as that. */
  unanswered({ host }: Destination): void {
    const known = this.#hostOf(host);
    known.unanswered = true;
    known.limit.unanswered();
    this.#recall.hangs(host);
  }

  /** It is in flight for so long that its activity has begun to beat. */
  isSlow({ host }: Destination): void {
    this.#hostOf(host).slow += 1;
    this.#slow += 1;
  }

  leave(to: Destination, wasSlow = false): void {
    const host = this.#hostOf(to.host);
    if (wasSlow) {
      host.slow -= 1;
      this.#slow -= 1;
    }
    const left = (host.endpoints.get(to.endpoint) ?? 1) - 1;
    if (left === 0) host.endpoints.delete(to.endpoint);
    else host.endpoints.set(to.endpoint, left);
    host.inFlight -= 1;
    this.#inFlight -= 1;
    for (const each of host.waiting) {
      if (host.inFlight >= host.limit.now || this.#inFlight >= this.#options.inAll) break;
      if (!this.#hasRoom(host, each.endpoint)) continue;
      this.#take(host, each.endpoint);
      each.admit();
    }
  }

  /** Half of all places are not for hosts that hang: however many they are, one that answers finds one. */
  #hasRoom(host: Host, endpoint: string): boolean {
    const { limit, endpoints, inFlight, slow } = host;
    const { perEndpoint, inAll, slowInAll } = this.#options;
    const atEndpoint = endpoints.get(endpoint) ?? 0;
    if (slow > 0 && this.#slow >= slowInAll) return false;
    const places = hangs(host) ? inAll / 2 : inAll;
    return inFlight < limit.now && atEndpoint < perEndpoint && this.#inFlight < places;
  }

  #take(host: Host, endpoint: string): void {
    host.endpoints.set(endpoint, (host.endpoints.get(endpoint) ?? 0) + 1);
    host.inFlight += 1;
    this.#inFlight += 1;
  }

  /** Its place is taken before it is told, so nobody who comes in between overtakes it. */
  #wait(host: Host, endpoint: string, { signal, ms }: { signal: AbortSignal; ms: Ms }): Promise<Admission> {
    this.#waiting += 1;
    return new Promise(resolve => {
      const end = (admission: Admission): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        host.waiting.delete(waiting);
        this.#waiting -= 1;
        resolve(admission);
      };
      const waiting = {
        endpoint,
        admit: () => {
          end('admitted');
        },
      };
      const cancel = (): void => {
        end('cancelled');
      };
      const timer = setTimeout(() => {
        end('busy');
      }, ms);
      signal.addEventListener('abort', cancel);
      host.waiting.add(waiting);
    });
  }

  #hostOf(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) {
      known.usedAt = performance.now();
      return known;
    }
    if (this.#hosts.size >= lookAroundAt) this.#forget();
    const limit = new AdaptiveLimit(this.#options.perHost);
    const host = {
      limit,
      endpoints: new Map(),
      waiting: new Set<Waiting>(),
      inFlight: 0,
      slow: 0,
      unanswered: false,
      usedAt: performance.now(),
    };
    this.#hosts.set(name, host);
    return host;
  }

  #forget(): void {
    const before = performance.now() - rememberMs;
    for (const [name, { inFlight, waiting, usedAt }] of this.#hosts)
      if (inFlight === 0 && waiting.size === 0 && usedAt < before) this.#hosts.delete(name);
  }
}
