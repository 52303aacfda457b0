/**
 * Owns the bench of scale: whether a start, a read and a sweep are as quick beside a hundred thousand finished transactions as at the
 * beginning. One server, measured before and after they are put into its database.
 *
 *   npm run bench -- --scale [--quick]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonFrom, postAndWait } from '../callers';
import { type Amount, measure, quantile, ratePerSecond } from '../load';
import { type UnderTest, startUnderTest } from '../underTest';
import { cloneFinished } from './clone';

interface Figures {
  readonly aloneMs: number;
  readonly perSecond: number;
  readonly readMs: number;
  readonly sweepMs: number;
}

const warmUp: Amount = { count: 60, inFlight: 10 };
/** The mark: of the figure at the beginning. */
const mostTimes = 1.3;

export async function benchScale({ quick }: { readonly quick: boolean }, signal: AbortSignal): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dtc-bench-scale-'));
  const finished = quick ? 5_000 : 100_000;
  try {
    const begun = await measured({ dataDir, quick }, signal);
    const began = performance.now();
    cloneFinished(join(dataDir, 'temporal.db'), begun.id, { count: finished });
    line(
      `\n${finished} finished transactions put in, in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    const then = await measured({ dataDir, quick }, signal);
    print(begun.figures, then.figures);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measured(
  { dataDir, quick }: { readonly dataDir: string; readonly quick: boolean },
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly figures: Figures }> {
  const it = await startUnderTest(signal, { dataDir });
  try {
    const id = await transact(it);
    await measure(warmUp, () => transact(it));
    const times = quick ? 20 : 60;
    const alone = await measure({ count: times, inFlight: 1 }, () => transact(it));
    const together = await measure({ count: times * 5, inFlight: 20 }, () => transact(it));
    const reads = await measure({ count: times, inFlight: 1 }, () => ask(it, `/transactions/${id}`));
    const sweeps = await measure({ count: quick ? 2 : 5, inFlight: 1 }, () =>
      ask(it, '/orphans/sweep', { method: 'POST', body: '{"dryRun":true}' }),
    );
    const [aloneMs, readMs, sweepMs] = [alone, reads, sweeps].map(each =>
      quantile(each.latenciesMs, 0.5),
    ) as [number, number, number];
    return { id, figures: { aloneMs, perSecond: ratePerSecond(together), readMs, sweepMs } };
  } finally {
    await it.stop();
  }
}

async function transact(it: UnderTest): Promise<string> {
  const answer = await postAndWait(it, 60);
  const { id, status } = (await answer.json()) as { id: string; status: unknown };
  if (status !== 'committed') throw new Error(`a transaction came to ${JSON.stringify(status)}`);
  return id;
}

async function ask({ apiUrl }: UnderTest, path: string, init: RequestInit = {}): Promise<void> {
  const answer = await fetch(apiUrl + path, { ...init, headers: jsonFrom('healthy') });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${text}`);
}

function print(begun: Figures, then: Figures): void {
  line('                               at the beginning     then    times');
  row('one transaction at a time, ms', begun.aloneMs, then.aloneMs, then.aloneMs / begun.aloneMs);
  row('20 in flight, a second', begun.perSecond, then.perSecond, begun.perSecond / then.perSecond);
  row('reading one that has ended, ms', begun.readMs, then.readMs, then.readMs / begun.readMs);
  row('a sweep, ms', begun.sweepMs, then.sweepMs, then.sweepMs / begun.sweepMs);
}

function row(name: string, begun: number, then: number, times: number): void {
  const figures = [begun, then].map(each => each.toFixed(1).padStart(10)).join(' ');
  line(
    `${name.padEnd(32)} ${figures} ${times.toFixed(2).padStart(8)}  ${times <= mostTimes ? 'met' : 'MISSED'}`,
  );
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}
