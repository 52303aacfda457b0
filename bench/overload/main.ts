/**
 * Owns the bench of overload: what is done of what is asked for where more is asked for than can be done, what becomes of what was
 * accepted, and how soon the rest is told.
 *
 *   npm run bench -- --overload [--quick]
 *
 * Capacity is what a closed loop does, measured before and after each open one, so that each ratio is of figures of the same minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { postAndWait } from '../callers';
import { quantile } from '../load';
import { type UnderTest, startUnderTest } from '../underTest';

interface Answers {
  readonly began: number;
  /** When the last one came that had committed. */
  committedAt: number;
  readonly committedMs: number[];
  readonly refusedMs: number[];
  /** How many were answered otherwise, by what. */
  readonly others: Map<string, number>;
}

/** Times of the capacity. */
const loads = [0.5, 1, 2] as const;
const inFlight = 24;
/** The marks: goodput above capacity is at least that of the best, and that is the slowest refusal. */
const leastGoodput = 0.8;
const slowestRefusalMs = 1_000;

export async function benchOverload(
  { quick }: { readonly quick: boolean },
  signal: AbortSignal,
): Promise<void> {
  const seconds = quick ? 16 : 30;
  const it = await startUnderTest(signal);
  try {
    await closed(it, 4, signal); // to warm up
    let before = await closed(it, seconds / 2, signal);
    for (const load of loads) {
      const answers = await open(it, { perSecond: before * load, seconds }, signal);
      const after = await closed(it, seconds / 2, signal);
      print(load, answers, { before, after });
      before = after;
    }
  } finally {
    await it.stop();
  }
}

/** Committed a second, with so many in flight. */
async function closed(it: UnderTest, seconds: number, signal: AbortSignal): Promise<number> {
  const answers = begun();
  const lane = async (): Promise<void> => {
    while (performance.now() < answers.began + seconds * 1_000 && !signal.aborted) await one(it, answers);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return goodput(answers);
}

/** A slow answer does not make for fewer requests. */
async function open(
  it: UnderTest,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  signal: AbortSignal,
): Promise<Answers> {
  const answers = begun();
  const all: Promise<void>[] = [];
  for (let nth = 0; nth < seconds * perSecond && !signal.aborted; nth += 1) {
    await sleep(Math.max(0, answers.began + (nth * 1_000) / perSecond - performance.now()));
    all.push(one(it, answers));
  }
  await Promise.all(all);
  return answers;
}

function begun(): Answers {
  const now = performance.now();
  return { began: now, committedAt: now, committedMs: [], refusedMs: [], others: new Map() };
}

async function one(it: UnderTest, answers: Answers): Promise<void> {
  const began = performance.now();
  const what = await postAndWait(it, 55).then(
    async response => nameOf((await response.json()) as Answer),
    String,
  );
  const ms = performance.now() - began;
  if (what === 'overloaded') answers.refusedMs.push(ms);
  else if (what !== 'committed') answers.others.set(what, (answers.others.get(what) ?? 0) + 1);
  else {
    answers.committedMs.push(ms);
    answers.committedAt = performance.now();
  }
}

/** A document, or a problem. */
interface Answer {
  readonly status: string | number;
  readonly type?: string;
}

function nameOf({ status, type }: Answer): string {
  return type?.replace('/problems/', '') ?? String(status);
}

function goodput({ committedMs, began, committedAt }: Answers): number {
  return (committedMs.length * 1_000) / (committedAt - began);
}

function print(
  load: number,
  answers: Answers,
  { before, after }: { readonly before: number; readonly after: number },
): void {
  const best = Math.max(before, after);
  const share = goodput(answers) / best;
  const slowest = Math.max(0, ...answers.refusedMs);
  const isMet =
    answers.others.size === 0 && (load <= 1 || (share >= leastGoodput && slowest <= slowestRefusalMs));
  line(
    `\n${load} times the capacity (${before.toFixed(1)} a second before, ${after.toFixed(1)} after): ${isMet ? 'met' : 'MISSED'}`,
  );
  line(
    `  committed ${said(answers.committedMs)}; ${goodput(answers).toFixed(1)} a second, ${share.toFixed(2)} of the best`,
  );
  line(`  refused   ${said(answers.refusedMs)}`);
  const others = [...answers.others].map(([what, count]) => `${count} ${what}`).join(', ');
  line(`  others    ${others === '' ? 'none' : others}`);
}

function said(ms: readonly number[]): string {
  if (ms.length === 0) return 'none';
  const [p50, p99, max] = [0.5, 0.99, 1].map(share => quantile(ms, share).toFixed(0));
  return `${ms.length}; ms: p50 ${p50}, p99 ${p99}, max ${max}`;
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}
