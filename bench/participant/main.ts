/**
 * Owns the bench of the participant kit: what a prepare and a commit cost beside the same SQL without the kit, per store.
 *
 *   npm run bench:participant [-- --quick]     MySQL too where MYSQL_URL names a server
 *
 * One at a time and interleaved in rounds, so that whatever else the machine does falls on both alike; each ratio is of two
 * figures of one round. There is no network between caller and kit: HTTP is the coordinator's bench.
 */
import { parseArgs } from 'node:util';
import { quantile } from '../load';
import { accounts, mysqlStage, postgresStage, type Stage, sqliteStage, type Subject } from './subjects';

interface Round {
  readonly byHandMs: number;
  readonly kitMs: number;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
  const size = quick ? { rounds: 3, each: 30 } : { rounds: 12, each: 200 };
  const url = process.env['MYSQL_URL'];
  const stages = [sqliteStage, postgresStage, ...(url === undefined ? [] : [() => mysqlStage(url)])];
  say(
    `one prepare and one commit, ms, median of ${size.rounds} rounds of ${size.each} (lowest and highest ratio)\n`,
  );
  say(
    `${'store'.padEnd(26)}${'SQL alone'.padStart(10)}${'with kit'.padStart(10)}${'added a call'.padStart(14)}   times`,
  );
  for (const open of stages) await onStage(await open(), size);
  if (url === undefined) say('MySQL, MariaDB: not measured, MYSQL_URL is not set');
}

async function onStage(
  stage: Stage,
  size: { readonly rounds: number; readonly each: number },
): Promise<void> {
  try {
    for (const subject of stage.subjects) {
      await takeRound(subject, size.each); // warm: code compiled, connections open
      const rounds: Round[] = [];
      for (let n = 0; n < size.rounds; n += 1) rounds.push(await takeRound(subject, size.each));
      report(subject, rounds);
    }
  } finally {
    await stage.close();
  }
}

async function takeRound(subject: Subject, each: number): Promise<Round> {
  const byHandMs = await timeEach(each, account => subject.byHand(account));
  const kitMs = await timeEach(each, account => subject.kit.transaction(account));
  return { byHandMs, kitMs };
}

async function timeEach(count: number, work: (account: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < count; n += 1) await work(n % accounts);
  return (performance.now() - began) / count;
}

function report({ name }: Subject, rounds: readonly Round[]): void {
  const byHand = quantile(
    rounds.map(each => each.byHandMs),
    0.5,
  );
  const kit = quantile(
    rounds.map(each => each.kitMs),
    0.5,
  );
  const ratios = rounds.map(each => each.kitMs / each.byHandMs);
  const added = ((kit - byHand) / 2).toFixed(2);
  const range = `${Math.min(...ratios).toFixed(1)}-${Math.max(...ratios).toFixed(1)}`;
  say(
    `${name.padEnd(26)}${byHand.toFixed(2).padStart(10)}${kit.toFixed(2).padStart(10)}${added.padStart(14)}   ${quantile(ratios, 0.5).toFixed(1)} (${range})`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
