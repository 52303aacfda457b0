/**
 * Owns the load: clients side by side, each giving an order, repeating it by its key through the other API, watching, aborting, reading until
 * it has ended or for a while. What is still open when they go on is followed up at the end (`settle`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, chance, shuffled } from '../../src/testing/random';
import { type Recorder } from '../recorder';
import { type Service } from '../world/world';
import { type Answer, type Api, Client } from './client';
import { type Ordered, nextOrder } from './orders';

export interface LoadOptions {
  readonly recorder: Recorder;
  readonly random: Random;
  readonly apis: readonly [Api, Api];
  readonly services: readonly Service[];
  readonly receiver: string;
  readonly clients: number;
  readonly signal: AbortSignal;
}

const choice = 8;
const patienceMs = 6_000;
const pauseMs = 150;
const comeAgainMs = 500;
/** Once nothing is broken any more. */
const mayComeWithinMs = 15_000;

export class Load {
  readonly #options: LoadOptions;
  readonly #client: Client;
  /** By id: a `201` named them, or an answer that says it may be. */
  readonly #open = new Set<string>();
  readonly #ended = new Set<string>();
  /** With a key and no `201` yet: the same is asked again until there is one. */
  readonly #unanswered = new Set<Ordered>();
  readonly #watchers = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #orders = 0;
  /** What was answered `start-unknown` and is not there by then has never been started. */
  #neverCameAt = Infinity;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#client = new Client(options.recorder);
  }

  /** Some transactions that are open, for the nemesis to choose from. */
  anyOpen(random: Random): readonly string[] {
    return shuffled([...this.#open], random).slice(0, choice);
  }

  get orders(): number {
    return this.#orders;
  }

  /** Gives orders until `stop`. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.clients }, () => this.#lane()));
  }

  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Everything that is known is read until it has ended; what is left then.
   *
   * @param heardOf the transactions that participants know: whoever had no answer and no key knows of none, and it runs all the same
   */
  async settle(
    withinMs: number,
    heardOf: () => readonly string[],
  ): Promise<{ readonly open: readonly string[]; readonly unanswered: readonly string[] }> {
    const end = Date.now() + withinMs;
    this.#neverCameAt = Date.now() + mayComeWithinMs;
    while (Date.now() < end) {
      for (const id of heardOf()) if (!this.#ended.has(id)) this.#open.add(id);
      if (this.#open.size + this.#unanswered.size === 0) break;
      this.#options.signal.throwIfAborted();
      await sideBySide([...this.#unanswered], ordered => this.#start(ordered, this.#api()));
      await sideBySide([...this.#open], id => this.#look(id));
      await sleep(pauseMs);
    }
    for (const api of this.#options.apis)
      await sideBySide([...this.#ended], id => this.#client.read(api, id));
    const watchersEnd = sleep(5_000, undefined, { ref: false });
    await Promise.race([Promise.all(this.#watchers), watchersEnd]);
    return { open: [...this.#open], unanswered: [...this.#unanswered].map(({ order }) => order) };
  }

  async #lane(): Promise<void> {
    while (!this.#stopping.signal.aborted) await this.#one();
  }

  async #one(): Promise<void> {
    const { random, recorder, services, receiver } = this.#options;
    const ordered = nextOrder((this.#orders += 1), { random, services, receiver });
    const { aborts, watches, body: _, ...order } = ordered;
    recorder.record(order);
    const first = this.#api();
    const other = this.#options.apis.find(each => each !== first) ?? first;
    const repeats = ordered.key !== undefined && chance(random, 0.4);
    const [answer, repeated] = await Promise.all([
      this.#start(ordered, first),
      repeats ? this.#start(ordered, other) : undefined,
    ]);
    const id = idOf(answer) ?? idOf(repeated ?? {}) ?? (await this.#again(ordered));
    if (id === undefined) return;
    if (watches) this.#watch(id, other);
    if (aborts) await this.#client.abort(other, id);
    for (const end = Date.now() + patienceMs; this.#open.has(id) && Date.now() < end;) {
      await sleep(pauseMs / 2 + random() * pauseMs);
      await this.#look(id);
      if (this.#stopping.signal.aborted) return;
    }
    if (repeats && chance(random, 0.5)) await this.#start(ordered, other);
  }

  /** As a client does that has a key and no answer: the same, until there is one. Without a key it must not. */
  async #again(ordered: Ordered): Promise<string | undefined> {
    await sleep(comeAgainMs);
    while (ordered.key !== undefined && !this.#stopping.signal.aborted) {
      const id = idOf(await this.#start(ordered, this.#api()));
      if (id !== undefined) return id;
      await sleep(comeAgainMs);
    }
    return undefined;
  }

  async #start(ordered: Ordered, api: Api): Promise<Answer> {
    const answer = await this.#client.start(api, ordered, ordered.body);
    const id = idOf(answer);
    if (id !== undefined && !this.#ended.has(id)) this.#open.add(id);
    if (answer.http === 201) this.#unanswered.delete(ordered);
    else if (ordered.key !== undefined) this.#unanswered.add(ordered);
    return answer;
  }

  async #look(id: string): Promise<void> {
    const answer = await this.#client.read(this.#api(), id);
    const isGone = answer.http === 404 && Date.now() > this.#neverCameAt;
    if (answer.seen?.ended !== true && !isGone) return;
    this.#open.delete(id);
    this.#ended.add(id);
  }

  #watch(id: string, api: Api): void {
    const watching = this.#client.watch(api, id, AbortSignal.timeout(60_000));
    this.#watchers.add(watching);
    void watching.then(() => this.#watchers.delete(watching));
  }

  #api(): Api {
    return this.#options.apis[chance(this.#options.random, 0.5) ? 0 : 1];
  }
}

async function sideBySide<T>(all: T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let one = all.pop(); one !== undefined; one = all.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: 6 }, lane));
}

/** Also of one that may have been started: it is looked for. */
function idOf({ http, id }: Answer): string | undefined {
  return http === 201 || (http === 503 && id !== undefined && id !== '') ? id : undefined;
}
