/**
 * Owns for how long a call goes on: one request no longer than its share, all of them no longer than the whole, and between two a wait
 * that grows, is never the same for two clients, and is no shorter than `Retry-After` asks for.
 */
import { backoffMs } from '../protocol/wire/backoff';
import { type Ms } from '../protocol/wire/phases';
import { CoordinatorError, NoAnswer, ProblemError, UnexpectedAnswer } from './errors';

export interface Patience {
  /** Aborted: the call ends at once, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** For all requests of the call, and the waits between them. */
  readonly timeoutMs: Ms;
  /** For one of them. */
  readonly attemptMs: Ms;
}

const backoff = { initialMs: 100, maxMs: 5_000 } as const;

/** What may be another time what it is not now: no answer, or one that asks to come again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 503 || error.status === 429;
  if (error instanceof UnexpectedAnswer) return [429, 502, 503, 504].includes(error.status);
  return error instanceof NoAnswer;
}

/**
 * What `attempt` gives, made again after what `mayRepeat` lets pass.
 * @throws what the last attempt threw, once there is no time for another
 */
export async function repeated<T>(
  { signal, timeoutMs, attemptMs }: Patience,
  attempt: (signal: AbortSignal) => Promise<T>,
  mayRepeat: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await within({ signal, ms: Math.min(attemptMs, end - performance.now()) }, attempt);
    } catch (error) {
      if (error instanceof CoordinatorError) error.attempts = attempts;
      const waitMs = nextWaitMs(attempts, error);
      if (!mayRepeat(error) || performance.now() + waitMs >= end) throw error;
      await pause(waitMs, signal);
      if (performance.now() >= end) throw error; // the pause was longer than asked for, and another attempt would know less
    }
  }
}

/** What goes on for long, and for as long as the coordinator is out of reach no longer than so long in a row. */
export class Trouble {
  readonly #patience: Pick<Patience, 'signal' | 'timeoutMs'>;
  #failures = 0;
  #since: Ms | undefined;

  constructor(patience: Pick<Patience, 'signal' | 'timeoutMs'>) {
    this.#patience = patience;
  }

  over(): void {
    this.#failures = 0;
    this.#since = undefined;
  }

  /** Waits before the next request, no longer than so long. @throws `error`, where it does not pass, or has not for too long */
  async met(error: unknown, atMostMs: Ms = Infinity): Promise<void> {
    if (!isPassing(error)) throw error;
    this.#failures += 1;
    this.#since ??= performance.now();
    const { timeoutMs, signal } = this.#patience;
    const waitMs = Math.min(nextWaitMs(this.#failures, error), atMostMs);
    if (error instanceof CoordinatorError) error.attempts = this.#failures;
    if (performance.now() + waitMs - this.#since >= timeoutMs) throw error;
    await pause(waitMs, signal);
  }
}

/** Before the next request, after so many in a row that failed. */
export function nextWaitMs(failures: number, error?: unknown): Ms {
  const asked = error instanceof ProblemError || error instanceof UnexpectedAnswer ? error.retryAfterMs : 0;
  return Math.max(backoffMs(failures, backoff, Math.random()), asked ?? 0);
}

/** A timer of more fires at once. */
const longestTimerMs: Ms = 2 ** 31 - 1;

interface Bound {
  readonly signal?: AbortSignal | undefined;
  readonly ms: Ms;
}

/**
 * Runs `act` with a signal that aborts with the caller's, and after `ms`. Not `AbortSignal.any`: on a signal as old as the caller's
 * process it would keep what each request adds.
 */
export async function within<T>({ signal, ms }: Bound, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const leave = (): void => {
    ending.abort(signal?.reason);
  };
  signal?.addEventListener('abort', leave);
  const timer = setTimeout(
    () => {
      ending.abort(new NoAnswer(`no answer within ${Math.round(ms)} ms`, { wasSent: true }));
    },
    Math.min(ms, longestTimerMs),
  );
  try {
    return await act(ending.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

/** @throws the signal's reason, once it is aborted */
export function pause(ms: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve();
    }, ms);
    if (signal?.aborted === true) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
}
