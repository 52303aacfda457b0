/** Owns what every bench says of the machine it ran on, and how it prints. */
import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly command: string;
  readonly machine: string;
  /** Over one, five and fifteen minutes. */
  readonly loadBefore: readonly number[];
}

export function machine(command: string): Machine {
  const [cpu] = cpus();
  const what = `${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  return {
    command,
    machine: `${what}, Node ${process.version}, ${process.platform} ${process.arch}, all over loopback`,
    loadBefore: loadavg(),
  };
}

export function printHead(command: string): void {
  const { machine: where, loadBefore } = machine(command);
  print(`$ ${command}`);
  print(where);
  print(`load average before: ${shown(loadBefore)}`);
}

export function printEnd(elapsedMs: number): void {
  print(`\ntook ${(elapsedMs / 1000).toFixed(0)} s; load average after: ${shown(loadavg())}`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function shown(loads: readonly number[]): string {
  return loads.map(load => load.toFixed(1)).join(' ');
}
