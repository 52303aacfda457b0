/** Owns what the bench and the process under test say to each other. Times are in milliseconds, memory in bytes. */

/**
 * `transaction`: through the function that `POST /transactions` calls. `noop`: the yardstick, with the same start options.
 * `naive`: two-phase commit as a plain workflow, likewise.
 */
export interface Load {
  readonly of: 'transaction' | 'naive' | 'noop';
  readonly participants: number;
  /** Of a transaction; none by default. */
  readonly locks?: LocksTaken;
  /** It is started by an authenticated caller, with so many labels; by nobody and with none unless given. */
  readonly listed?: { readonly labels: number };
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

/** What a workflow left in the engine when it had ended. */
export interface Cost {
  readonly transitions: number;
  readonly events: number;
  readonly bytes: number;
}

/** `refused`: starts that were refused for now, and made again. `ids`: of what was made, in order of its end. */
export type Ran = Measured & { readonly ids: readonly string[]; readonly refused: number };

export interface Memory {
  readonly rss: number;
  /** After a garbage collection. */
  readonly heapUsed: number;
}

export type Question =
  | { readonly ask: 'load'; readonly load: Load }
  | { readonly ask: 'costs'; readonly ids: readonly string[] }
  | { readonly ask: 'memory' }
  | { readonly ask: 'cpu' };

export type Reply =
  | { readonly ready: { readonly url: string } }
  | { readonly ran: Ran }
  | { readonly costs: readonly Cost[] }
  | { readonly memory: Memory }
  /** Of all threads of the process, since its start. */
  | { readonly cpuMs: number };
