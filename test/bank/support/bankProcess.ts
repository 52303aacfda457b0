/** Owns a bank as a process that a test kills and starts again, on the port and the database that it had. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../support/listening';
import { ROOT } from '../../devServer/fixture';

export interface BankProcess {
  readonly name: string;
  /** `http://127.0.0.1:<port>/transfers` */
  readonly base: string;
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  accounts(): Promise<Readonly<Record<string, number>>>;
  prepared(): Promise<readonly unknown[]>;
}

interface Options {
  readonly name: string;
  readonly store: string;
  readonly coordinator: string;
  readonly opening: Readonly<Record<string, number>>;
}

export async function createBankProcess({
  name,
  store,
  coordinator,
  opening,
}: Options): Promise<BankProcess> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const accounts = Object.entries(opening).map(([account, cents]) => `--account=${account}=${cents}`);
  const args = [
    `--name=${name}`,
    `--port=${port}`,
    `--store=${store}`,
    `--coordinator=${coordinator}`,
    ...accounts,
  ];
  let child: ChildProcess | undefined;

  const json = async <T>(path: string): Promise<T> => (await fetch(`${origin}${path}`)).json() as Promise<T>;
  return {
    name,
    base: `${origin}/transfers`,
    start: async () => {
      child = spawn(process.execPath, [join(ROOT, 'dist/examples/bank/bank.js'), ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await listening(child, name);
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    accounts: async () => {
      const found = await json<{ account: string; balance: number }[]>('/accounts');
      return Object.fromEntries(found.map(({ account, balance }) => [account, balance]));
    },
    prepared: async () => (await json<{ prepared: unknown[] }>('/transfers/prepared')).prepared,
  };
}

async function listening(child: ChildProcess, name: string): Promise<void> {
  const said: string[] = [];
  child.stderr?.on('data', chunk => said.push(String(chunk)));
  if (child.stdout === null) throw new Error('it has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line === `${name}: listening`) return;
  }
  await once(child, 'close');
  throw new Error(`the bank ${name} ended:\n${said.join('\n')}`);
}
