/** Owns one bank of the demo: its process, its database as seen from outside, and the switch that makes it slow or broken. */
import { type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { type Opening } from '../bank/contract';
import { type Books } from './books';
import { type BankName } from './cast';
import { type DemoSetting } from './demoSwitch';
import { type Processes, isRunning, kill } from './processes';
import { line } from './show';
import { until } from './until';

export interface BankDatabase {
  /** What the bank's program is told. */
  readonly store: string;
  books(): Promise<Books>;
}

export interface BankOptions {
  readonly name: BankName;
  readonly port: number;
  readonly database: BankDatabase;
  readonly opening: Opening;
}

export class BankProcess {
  readonly #processes: Processes;
  readonly #options: BankOptions;
  #child: ChildProcess | undefined;
  #lastSaid = '';

  constructor(processes: Processes, options: BankOptions) {
    this.#processes = processes;
    this.#options = options;
  }

  get name(): BankName {
    return this.#options.name;
  }

  /** Of its transfers: `…/prepare` and its siblings. */
  get url(): string {
    return `http://127.0.0.1:${this.#options.port}/transfers`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** On the same port and database as before; resolves when it listens. */
  async start(): Promise<void> {
    const { name } = this.#options;
    const args = [join(__dirname, 'bankProgram.js'), ...argumentsFor(this.#options)];
    const child = this.#processes.start({ args, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    let listens = false;
    createInterface({ input: child.stdout as Readable }).on('line', text => {
      if (text === `${name}: listening`) listens = true;
      else line(`      ${text}`);
      this.#lastSaid = text;
    });
    await until(`bank ${name} to listen`, () => {
      if (!isRunning(child)) throw new Error(`bank ${name} ended before it listened`);
      return listens || undefined;
    });
  }

  async kill(): Promise<void> {
    if (this.#child !== undefined) await kill(this.#child);
  }

  async trouble(setting: DemoSetting): Promise<void> {
    const response = await fetch(`${this.url}/demo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(setting),
    });
    if (!response.ok) throw new Error(`the switch of bank ${this.name} answered ${response.status}`);
  }

  /** What its database holds; asks the database, not the process. */
  books(): Promise<Books> {
    return this.#options.database.books();
  }

  /** Resolves when the last that it said is its yes, of which the bytes have left then. */
  async votedYes(transactionId: string): Promise<void> {
    await this.has(transactionId, 'prepared');
    const yes = `${this.name}: prepare → 200`;
    await until(`the yes of bank ${this.name}`, () => this.#lastSaid.startsWith(yes) || undefined);
  }

  /** Resolves when the kit's record in its database says so. */
  async has(transactionId: string, state: string): Promise<void> {
    await until(`${state} in the database of bank ${this.name}`, async () => {
      const { votes } = await this.books();
      return votes.some(vote => vote.transactionId === transactionId && vote.state === state) || undefined;
    });
  }
}

function argumentsFor({ name, port, database, opening }: BankOptions): string[] {
  const accounts = Object.entries(opening).map(([account, cents]) => `--account=${account}=${cents}`);
  return [`--name=${name}`, `--port=${port}`, `--store=${database.store}`, ...accounts];
}
