/**
 * Owns the options of a run, and what comes of it: exit code 0 where nothing was violated, 1 where something was or the run failed.
 *
 *   npm run chaos -- [--minutes M] [--seed S] [--clients N] [--every MS] [--only KIND …] [--out FOLDER] [--settle S]
 *     [--cluster HOST:PORT [--namespace NAME]] [--plant BUG]
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { plants } from './plants/plants';
import { htmlReport } from './report/html';
import { textReport } from './report/text';
import { totalsOf } from './report/totals';
import { logIn, run } from './run';

const interruption = new AbortController();

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      minutes: { ...text, default: '3' },
      seed: text,
      clients: { ...text, default: '8' },
      every: { ...text, default: '1000' },
      only: { ...text, multiple: true, default: [] },
      settle: { ...text, default: '90' },
      out: { ...text, default: 'chaos-report' },
      plant: text,
      cluster: text,
      namespace: { ...text, default: 'default' },
    },
  });
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : number('--seed', values.seed);
  const minutes = number('--minutes', values.minutes);
  const out = resolve(values.out);
  const logs = join(out, 'logs');
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  writeFileSync(logIn(out), '');
  const command = `npm run chaos -- --minutes ${minutes} --seed ${seed}`;
  const { evidence, violations } = await run({
    ...{
      seed,
      forMs: minutes * 60_000,
      logFile: logIn(out),
      histories: join(out, 'histories'),
      logs,
      signal: interruption.signal,
    },
    clients: number('--clients', values.clients),
    everyMs: number('--every', values.every),
    settleWithinMs: 1000 * number('--settle', values.settle),
    only: values.only,
    say: line => process.stderr.write(`chaos: ${line}\n`),
    plant: known(values.plant),
    cluster:
      values.cluster === undefined ? undefined : { address: values.cluster, namespace: values.namespace },
  });
  const totals = totalsOf(evidence);
  const report = textReport(command, totals, violations);
  writeFileSync(join(out, 'report.txt'), report);
  writeFileSync(join(out, 'report.html'), htmlReport({ command, evidence, totals, violations }));
  process.stdout.write(`${report}\nlog, report.txt and report.html are in ${out}\n`);
  return violations.length === 0 ? 0 : 1;
}

function number(option: string, given: string): number {
  const read = Number(given);
  if (!Number.isFinite(read) || read < 0)
    throw new Error(`${option} must be a number, not ${JSON.stringify(given)}`);
  return read;
}

function known(plant: string | undefined): string | undefined {
  if (plant === undefined || plant in plants) return plant;
  throw new Error(`--plant must be one of ${Object.keys(plants).join(', ')}`);
}

let interruptedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    interruptedBy ??= signal;
    interruption.abort(new Error('interrupted'));
  });

void main()
  .catch((error: unknown) => {
    if (interruptedBy === undefined)
      process.stderr.write(
        `chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    return 1;
  })
  .then(code => process.exit(interruptedBy === undefined ? code : 128 + constants.signals[interruptedBy]));
