/** Owns one participant of the demo: its process, its database file, and the switch that makes it slow or broken. */
import { type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { type BookingState, readBooking } from './databases';
import { type DemoSetting } from './demoSwitch';
import { type Processes, isRunning, kill } from './processes';
import { line } from './show';
import { until } from './until';

export interface ParticipantOptions {
  readonly name: string;
  readonly port: number;
  readonly databaseFile: string;
  /** How many there are of each item. */
  readonly stock: Readonly<Record<string, number>>;
}

export class ParticipantProcess {
  readonly #processes: Processes;
  readonly #options: ParticipantOptions;
  #child: ChildProcess | undefined;

  constructor(processes: Processes, options: ParticipantOptions) {
    this.#processes = processes;
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** On the same port and file as before; resolves when it listens. */
  async start(): Promise<void> {
    const { name, port, databaseFile, stock } = this.#options;
    const items = Object.entries(stock).map(([item, total]) => `${item}=${total}`);
    const args = [join(__dirname, 'participant.js'), name, String(port), databaseFile, ...items];
    const child = this.#processes.start({ args, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    let listens = false;
    createInterface({ input: child.stdout as Readable }).on('line', text => {
      if (text === `${name}: listening`) listens = true;
      else line(`      ${text}`);
    });
    await until(`the ${name} to listen`, () => {
      if (!isRunning(child)) throw new Error(`the ${name} ended before it listened`);
      return listens || undefined;
    });
  }

  async kill(): Promise<void> {
    if (this.#child !== undefined) await kill(this.#child);
  }

  async trouble(setting: DemoSetting): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.url}/demo`, {
      method: 'POST',
      headers,
      body: JSON.stringify(setting),
    });
    if (!response.ok) throw new Error(`the switch of the ${this.name} answered ${response.status}`);
  }

  /** Looks into its database, past the process. */
  async has(transactionId: string, state: BookingState): Promise<void> {
    const { databaseFile, name } = this.#options;
    await until(`${state} in the database of the ${name}`, () =>
      readBooking(databaseFile, transactionId) === state ? true : undefined,
    );
  }
}
