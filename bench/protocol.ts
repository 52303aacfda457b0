/** Owns what the bench and the process under test say to each other. Times are in milliseconds, memory in bytes. */

/** `transaction`: through the function that `POST /transactions` calls. `noop`: the yardstick, with the same start options. */
export interface Load {
  readonly of: 'transaction' | 'noop';
  readonly participants: number;
  /** Of a transaction; none by default. */
  readonly locks?: LocksTaken;
  readonly count: number;
  readonly inFlight: number;
}

/** `fresh`: on resources that nobody used before. `used`: nobody else wants them now. `hot`: the same for all. */
export interface LocksTaken {
  readonly count: number;
  readonly on: 'fresh' | 'used' | 'hot';
}

export interface Measured {
  readonly count: number;
  readonly elapsedMs: number;
  /** Of each one, in order of its end. */
  readonly latenciesMs: readonly number[];
}

export interface Memory {
  readonly rss: number;
  /** After a garbage collection. */
  readonly heapUsed: number;
}

export type Question =
  { readonly ask: 'load'; readonly load: Load } | { readonly ask: 'memory' } | { readonly ask: 'cpu' };

export type Reply =
  | { readonly ready: { readonly url: string } }
  | { readonly measured: Measured }
  | { readonly memory: Memory }
  /** Of all threads of the process, since its start. */
  | { readonly cpuMs: number };
