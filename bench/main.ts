/**
 * Owns the bench: what is measured, in which order, and what is printed.
 *
 *   npm run bench [-- --quick] [-- --neighbours] [-- --overload] [-- --scale]
 *
 * Interleaved in rounds, so that whatever else the machine does falls on all alike: each round measures the no-op, 2 and 10
 * participants, and each ratio is of figures of one round. Rates are of transactions started through the function that
 * `POST /transactions` calls and waited for like the no-op is, from the same process over the same connection, so that like
 * is compared with like; what a client sees over HTTP is measured beside it.
 */
import { parseArgs } from 'node:util';
import { postAndWait } from './callers';
import { type Amount, measure, ratePerSecond } from './load';
import { benchNeighbours } from './neighbours/main';
import { benchOverload } from './overload/main';
import { benchScale } from './scale/main';
import { type Measured, type Memory } from './protocol';
import { type Taken, printEnd, printHead, printMemory, printTaken } from './report';
import { runBench } from './run';
import { type UnderTest, startUnderTest } from './underTest';

interface Size {
  readonly rounds: number;
  /** No further round is begun after this. */
  readonly roundsWithinMs: number;
  /** Of each subject and round. */
  readonly atOnce: number;
  readonly alone: number;
  readonly memoryTransactions: number;
  readonly memorySamples: number;
  /** No further sample is taken after this. */
  readonly memoryWithinMs: number;
}

const full: Size = {
  ...{ rounds: 12, roundsWithinMs: 90_000, atOnce: 100, alone: 8 },
  ...{ memoryTransactions: 2000, memorySamples: 20, memoryWithinMs: 60_000 },
};
const quick: Size = {
  ...{ rounds: 2, roundsWithinMs: 30_000, atOnce: 50, alone: 5 },
  ...{ memoryTransactions: 100, memorySamples: 5, memoryWithinMs: 15_000 },
};

const inFlight = 50;

const interruption = new AbortController();

async function main(): Promise<void> {
  const options = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      neighbours: { type: 'boolean', default: false },
      overload: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  }).values;
  const began = performance.now();
  printHead(['npm run bench', ...process.argv.slice(2)].join(' '));
  if (options.neighbours)
    await benchNeighbours({ quick: options.quick, only: options.only }, interruption.signal);
  else if (options.overload) await benchOverload(options, interruption.signal);
  else if (options.scale) await benchScale(options, interruption.signal);
  else await benchThroughput(options.quick ? quick : full);
  printEnd(performance.now() - began);
}

async function benchThroughput(size: Size): Promise<void> {
  const it = await startUnderTest(interruption.signal);
  try {
    await warmUp(it, size);
    const [noop, ...others] = await takeRounds(it, size);
    printTaken(noop, others, inFlight);
    const samples = await takeMemory(it, size);
    printMemory(samples, ((samples.length - 1) * size.memoryTransactions) / size.memorySamples);
  } finally {
    await it.stop();
  }
}

/** Code is compiled, connections are open, caches are full. */
async function warmUp(it: UnderTest, { atOnce: count }: Size): Promise<void> {
  await it.load({ of: 'noop', participants: 0, count, inFlight });
  await it.load({ of: 'transaction', participants: 10, count, inFlight });
  await overHttp(it, { count, inFlight });
}

async function takeRounds(it: UnderTest, size: Size): Promise<[Taken, ...Taken[]]> {
  const all: [Take, ...Take[]] = [
    { into: taken('no-op workflow'), run: amount => it.load({ of: 'noop', participants: 0, ...amount }) },
    ...[2, 10].map(participants => ({
      into: taken(`${participants} participants`),
      run: (amount: Amount) => it.load({ of: 'transaction', participants, ...amount }),
    })),
    { into: taken('2 participants, over HTTP'), run: amount => overHttp(it, amount) },
  ];
  const end = performance.now() + size.roundsWithinMs;
  for (let round = 0; round < size.rounds && performance.now() < end; round += 1)
    for (let turn = 0; turn < all.length; turn += 1)
      await take(it, size, all[(round + turn) % all.length] ?? all[0]); // nobody always goes first
  const [noop, ...others] = all.map(each => each.into);
  if (noop === undefined) throw new Error('nothing was measured');
  return [noop, ...others];
}

function taken(name: string): Taken {
  return { name, rates: [], latenciesMs: [], cpuMs: [] };
}

interface Take {
  readonly into: Taken;
  readonly run: (amount: Amount) => Promise<Measured>;
}

async function take(it: UnderTest, { atOnce, alone }: Size, { into, run }: Take): Promise<void> {
  const before = await it.cpuMs();
  const measured = await run({ count: atOnce, inFlight });
  into.cpuMs.push(((await it.cpuMs()) - before) / atOnce);
  into.rates.push(ratePerSecond(measured));
  into.latenciesMs.push(...(await run({ count: alone, inFlight: 1 })).latenciesMs);
}

/** As a client does: the answer to the POST is the committed transaction. */
function overHttp(it: UnderTest, amount: Amount): Promise<Measured> {
  return measure(amount, async () => {
    const response = await postAndWait(it, 30);
    const { status } = (await response.json()) as { status: unknown };
    if (status !== 'committed')
      throw new Error(`POST was answered ${response.status}, status ${String(status)}`);
  });
}

/** Over HTTP, so that all of the coordinator takes part. */
async function takeMemory(it: UnderTest, size: Size): Promise<Memory[]> {
  const count = size.memoryTransactions / size.memorySamples;
  const end = performance.now() + size.memoryWithinMs;
  const samples = [await it.memory()];
  for (let nth = 0; nth < size.memorySamples && performance.now() < end; nth += 1) {
    await overHttp(it, { count, inFlight });
    samples.push(await it.memory());
  }
  return samples;
}

runBench(main, interruption);
