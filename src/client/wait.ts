/**
 * Owns waiting for what becomes of a transaction: `GET` with `Prefer: wait`, again and again, over whatever is lost or restarted
 * meanwhile. It is answered when `state` changes, so a `rolledback` that is reported earlier (PROTOCOL I5) is asked for more often.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { retryAfterMs } from '../protocol/wire/retryAfter';
import { type Ms } from '../protocol/wire/phases';
import { type Calls, documentIn, pathOf } from './calls';
import { type WaitOptions } from './contract';
import { StillPending } from './errors';
import { Trouble, isPassing, pause, within } from './patience';

const longestMs: Ms = 25_000;
const whileRollingBackMs: Ms = 2_000;
/** For the answer after the wait. */
const graceMs: Ms = 10_000;
/** For the last one, once the time is over. */
const lastLookMs: Ms = 1_000;
/** Between two requests that say the same, where the server keeps neither waiting. */
const paceMs: Ms = 1_000;

const reached: Readonly<
  Record<NonNullable<WaitOptions['until']>, (document: TransactionDocument) => boolean>
> = {
  outcome: ({ status }) => status !== 'pending',
  end: ({ endedAt }) => endedAt !== undefined,
};

export async function wait(
  calls: Calls,
  id: string,
  options: WaitOptions = {},
): Promise<TransactionDocument> {
  const { until = 'outcome', withinMs = Infinity, signal, timeoutMs = calls.timeoutMs } = options;
  const end = performance.now() + withinMs;
  const left = (): Ms => end - performance.now();
  const trouble = new Trouble({ signal, timeoutMs });
  let seen: TransactionDocument | undefined;
  for (;;) {
    const mayRollBack = seen === undefined || seen.state === 'rollingBack';
    const remaining = Math.max(left(), 0);
    const look = await lookAt(calls, id, {
      longest: mayRollBack ? whileRollingBackMs : longestMs,
      remaining,
      signal,
    }).catch(async (error: unknown) => {
      if (isPassing(error) && left() <= 0)
        throw seen === undefined ? error : new StillPending(seen, withinMs);
      await trouble.met(error, Math.max(left(), 0));
    });
    if (look === undefined) continue;
    trouble.over();
    if (reached[until](look.document)) return look.document;
    if (remaining === 0) throw new StillPending(look.document, withinMs);
    const pacedMs = look.wasShort && look.document.state === seen?.state ? paceMs : 0;
    seen = look.document;
    await pause(Math.min(Math.max(look.afterMs, pacedMs), Math.max(left(), 0)), signal);
  }
}

interface Look {
  readonly document: TransactionDocument;
  /** It was answered before the wait was over. */
  readonly wasShort: boolean;
  /** What the server asks for before the next. */
  readonly afterMs: Ms;
}

interface Bounds {
  readonly longest: Ms;
  /** Of the whole wait; at its end there is one more look. */
  readonly remaining: Ms;
  readonly signal: AbortSignal | undefined;
}

async function lookAt(calls: Calls, id: string, { longest, remaining, signal }: Bounds): Promise<Look> {
  const began = performance.now();
  const seconds = Math.floor(Math.min(longest, remaining) / 1_000);
  const asked = { method: 'GET', path: pathOf(id), headers: { prefer: `wait=${seconds}` } } as const;
  const ms = Math.min(seconds * 1_000 + graceMs, remaining + lastLookMs);
  const answer = await within({ signal, ms }, ending => calls.http.answer(asked, ending));
  return {
    document: documentIn(calls.http, asked, answer, id),
    wasShort: performance.now() - began < seconds * 1_000 || seconds === 0,
    afterMs: retryAfterMs(answer.headers.get('retry-after') ?? undefined, Date.now()) ?? 0,
  };
}
