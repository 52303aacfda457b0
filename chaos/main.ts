/** Owns `npm run chaos`: a run by the options, its report, and what it exits with (`usage` says which). */
import { setMaxListeners } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { UsageError, print, stop } from '../src/command/output';
import { type ChaosOptions, logIn, readOptions, usage } from './options';
import { htmlReport } from './report/html';
import { textReport } from './report/text';
import { totalsOf } from './report/totals';
import { run } from './run';

const interruption = new AbortController();
setMaxListeners(0, interruption.signal); // each fault that is under way waits for it

async function main(): Promise<number> {
  const options = optionsOrNot();
  return typeof options === 'number' ? options : runAndReport(options);
}

/** Or the exit code, where that is said already. */
function optionsOrNot(): ChaosOptions | number {
  try {
    return readOptions(process.argv.slice(2)) ?? print(usage);
  } catch (error) {
    if (error instanceof UsageError) return stop('chaos', `${error.message}\n\n${usage}`);
    throw error;
  }
}

async function runAndReport(options: ChaosOptions): Promise<number> {
  const { out, minutes, command } = options;
  const text = join(out, 'report.txt');
  const page = join(out, 'report.html');
  const logs = join(out, 'logs');
  const histories = join(out, 'histories');
  for (const earlier of [text, page, logs, histories]) rmSync(earlier, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  writeFileSync(logIn(out), '');
  const { evidence, violations } = await run({
    ...options,
    ...{ forMs: minutes * 60_000, logFile: logIn(out), histories, logs, signal: interruption.signal },
    say,
  });
  const totals = totalsOf(evidence);
  const report = textReport(command, totals, violations);
  writeFileSync(text, report);
  writeFileSync(page, htmlReport({ command, evidence, totals, violations }));
  process.stdout.write(`${report}\nlog, report.txt and report.html are in ${out}\n`);
  return violations.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`chaos: ${line}\n`);
}

let interruptedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (interruptedBy === undefined) say(`${signal}: everything is ended`);
    interruptedBy ??= signal;
    interruption.abort(new Error('interrupted'));
  });

void main()
  .catch((error: unknown) => {
    if (interruptedBy !== undefined) return 1;
    if (error instanceof UsageError) return stop('chaos', `${error.message}\n`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  })
  .then(code => process.exit(interruptedBy === undefined ? code : 128 + constants.signals[interruptedBy]));
