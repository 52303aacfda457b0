/**
 * Owns the bench's options, and which of its parts they name.
 *
 *   npm run bench [-- --quick] [-- --json] [-- --neighbours] [-- --overload] [-- --scale] [-- --workers] [-- --labels]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchLabels } from './labels/main';
import { benchNeighbours } from './neighbours/main';
import { benchOverload } from './overload/main';
import { machine, print, printEnd, printHead } from './report';
import { runBench } from './run';
import { benchScale } from './scale/main';
import { printThroughput } from './table';
import { benchThroughput } from './throughput';
import { benchWorkers } from './workers';

const interruption = new AbortController();

async function main(): Promise<void> {
  const options = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      neighbours: { type: 'boolean', default: false },
      overload: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      workers: { type: 'boolean', default: false },
      labels: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  }).values;
  const given = process.argv.slice(2);
  const command = ['npm run bench', ...(given.length === 0 ? [] : ['--', ...given])].join(' ');
  const began = performance.now();
  if (options.json) {
    await printJson(command, options);
    return;
  }
  printHead(command);
  if (options.neighbours)
    await benchNeighbours({ quick: options.quick, only: options.only }, interruption.signal);
  else if (options.overload) await benchOverload(options, interruption.signal);
  else if (options.labels) await benchLabels(options, interruption.signal);
  else if (options.scale) await benchScale(options, interruption.signal);
  else if (options.workers) await benchWorkers(options.quick, interruption.signal);
  else printThroughput(await benchThroughput(options.quick, interruption.signal));
  printEnd(performance.now() - began);
}

interface Options {
  readonly quick: boolean;
  readonly neighbours: boolean;
  readonly overload: boolean;
  readonly scale: boolean;
  readonly workers: boolean;
  readonly labels: boolean;
}

/** The same as the table and the lines around it, unrounded. */
async function printJson(command: string, options: Options): Promise<void> {
  const { quick, neighbours, overload, scale, workers, labels } = options;
  if (neighbours || overload || scale || workers || labels)
    throw new Error('--json goes with --quick alone: of the other parts there is no JSON');
  const began = performance.now();
  const where = machine(command);
  const throughput = await benchThroughput(quick, interruption.signal);
  const tookS = (performance.now() - began) / 1000;
  print(JSON.stringify({ ...where, ...throughput, tookS, loadAfter: loadavg() }, null, 2));
}

runBench(main, interruption);
