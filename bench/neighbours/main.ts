/**
 * Owns the bench of neighbours: what a participant in trouble, or a greedy client, costs everybody else (I9).
 *
 *   npm run bench -- --neighbours [--quick] [--only <words of a name>]
 *
 * Two whole instances run side by side, each with a Temporal server, coordinator and participants of its own, and take the same
 * healthy load at the same moments; one of them has the trouble besides. So whatever else the machine does falls on both, and each
 * ratio is of figures of the same seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { postAndWait } from '../callers';
import { quantile } from '../load';
import { type UnderTest, askProcess, startProcess, startUnderTest } from '../underTest';
import { type Scenario, type Trouble, scenarios } from './scenarios';

interface Healthy {
  committed: number;
  readonly failed: Map<string, number>;
  readonly latenciesMs: number[];
}

interface Sides {
  readonly troubled: UnderTest;
  readonly control: UnderTest;
}

const perSecond = 4;
/** The marks: of the control's figure. */
const leastRate = 0.9;
const mostP99 = 1.3;
const slowestHealthzMs = 100;

export async function benchNeighbours(
  options: { readonly quick: boolean; readonly only: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { quick, only = '' } = options;
  for (const scenario of scenarios.filter(({ name }) => name.includes(only)))
    await takeScenario(scenario, quick ? scenario.quickSeconds : scenario.seconds, signal);
}

/** Each with instances of its own: nothing that one scenario leaves pending is the next one's trouble. */
async function takeScenario(scenario: Scenario, seconds: number, signal: AbortSignal): Promise<void> {
  const trouble = await startProcess('neighbours/trouble.js', [], signal);
  const sides: UnderTest[] = [];
  try {
    for (let nth = 0; nth < 2; nth += 1) sides.push(await startUnderTest(signal));
    const [troubled, control] = sides;
    if (troubled === undefined || control === undefined) throw new Error('an instance did not start');
    const at = {
      apiUrl: troubled.apiUrl,
      sickUrl: trouble.url,
      healthyUrl: troubled.participantsUrl,
      signal,
    };
    await measureBoth({ troubled, control }, { scenario, seconds, at });
  } finally {
    await Promise.all([...sides.map(side => side.stop()), trouble.stop()]);
  }
}

async function measureBoth(
  { troubled, control }: Sides,
  { scenario, seconds, at }: { scenario: Scenario; seconds: number; at: Omit<Trouble, 'signal'> & Trouble },
): Promise<void> {
  await Promise.all([troubled, control].map(side => healthy(side, 5))); // to warm up
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  at.signal.addEventListener('abort', end);
  const making = await scenario.begin({ ...at, signal: over.signal });
  const [sick, well, healthz] = await Promise.all([
    healthy(troubled, seconds),
    healthy(control, seconds),
    slowestHealthz(troubled, seconds, at.signal),
  ]);
  end();
  at.signal.removeEventListener('abort', end);
  await making.ended;
  print(scenario.name, { sick, well, healthz, seconds, said: making.said() });
}

/** An open loop: a slow answer does not make for fewer requests. */
async function healthy(side: UnderTest, seconds: number): Promise<Healthy> {
  const seen: Healthy = { committed: 0, failed: new Map(), latenciesMs: [] };
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let nth = 0; nth < seconds * perSecond; nth += 1) {
    await sleep(Math.max(0, began + (nth * 1000) / perSecond - performance.now()));
    all.push(one(side, seen));
  }
  await Promise.all(all);
  return seen;
}

async function one(side: UnderTest, seen: Healthy): Promise<void> {
  const began = performance.now();
  const ended = await postAndWait(side, 60).then(
    async response => ((await response.json()) as { status?: unknown }).status,
    String,
  );
  seen.latenciesMs.push(performance.now() - began);
  if (ended === 'committed') seen.committed += 1;
  else seen.failed.set(String(ended), (seen.failed.get(String(ended)) ?? 0) + 1);
}

/** By a process of its own: this one is busy with the load. */
async function slowestHealthz({ apiUrl }: UnderTest, seconds: number, signal: AbortSignal): Promise<number> {
  const said = await askProcess('neighbours/healthz.js', [apiUrl, String(seconds)], signal);
  return (said as { slowestMs: number }).slowestMs;
}

interface Result {
  readonly sick: Healthy;
  readonly well: Healthy;
  readonly healthz: number;
  readonly seconds: number;
  readonly said: string;
}

function print(name: string, { sick, well, healthz, seconds, said }: Result): void {
  const rate = sick.committed / well.committed;
  const p99 = quantile(sick.latenciesMs, 0.99) / quantile(well.latenciesMs, 0.99);
  const met = rate >= leastRate && p99 <= mostP99 && healthz <= slowestHealthzMs ? 'met' : 'MISSED';
  line(`\n${name}, ${seconds} s: ${met}`);
  line(`  beside   ${describe(sick)}`);
  line(`  control  ${describe(well)}`);
  line(
    `  rate ${rate.toFixed(2)}, p99 ${p99.toFixed(1)} times the control's; /healthz at most ${healthz.toFixed(0)} ms`,
  );
  line(`  trouble  ${said}`);
}

function describe({ committed, failed, latenciesMs }: Healthy): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map(share => quantile(latenciesMs, share).toFixed(0));
  const others = [...failed].map(([what, count]) => `, ${count} ${what}`).join('');
  return `${committed} committed${others}; ms: p50 ${p50}, p99 ${p99}, max ${max}`;
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}
