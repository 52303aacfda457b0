/**
 * Owns the coordinator of the demo: `node dist/src/main.js`, as `npm start` runs it, with a data directory and ports of its
 * own and waits short enough to watch. It starts its own Temporal server, unless one is given; one that a killed coordinator left is
 * ended here if no new coordinator took it over.
 */
import { type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { stopGroup } from '../../src/engine/devServer/processGroup';
import { endAfterDemo } from './guard';
import { type Processes, end, isRunning, kill } from './processes';
import { until } from './until';

export interface CoordinatorOptions {
  readonly folder: string;
  readonly ports: { readonly api: number; readonly temporal: number; readonly temporalUi: number };
  /** `host:port` of a Temporal server that runs already, and is nobody's to end here. */
  readonly temporal: string | undefined;
}

/** Everything else is as shipped. */
const settings = {
  DTC_LOG_LEVEL: 'info',
  DTC_PREPARE_TIMEOUT_MS: '3000',
  DTC_COMPLETION_TIMEOUT_MS: '3000',
  DTC_COMPLETION_ATTEMPTS: '4',
  DTC_RETRY_INITIAL_MS: '200',
  DTC_RETRY_MAX_MS: '500',
  DTC_ATTENTION_RETRY_MS: '1000',
};

/** Longer than an ordered stop may take. */
const stopWithinMs = 20_000;

export interface Answer {
  readonly status: string;
  readonly document: TransactionDocument;
}

export class CoordinatorProcess {
  readonly url: string;
  readonly #processes: Processes;
  readonly #dataDir: string;
  readonly #logFile: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #hasOwnTemporal: boolean;
  #child: ChildProcess | undefined;
  /** A Temporal server that has no coordinator at the moment. */
  #orphan: number | undefined;
  /** Ends that one, should the demo be killed meanwhile. */
  #guard: ReturnType<typeof endAfterDemo> | undefined;

  constructor(processes: Processes, { folder, ports, temporal }: CoordinatorOptions) {
    this.#processes = processes;
    this.#dataDir = join(folder, 'temporal');
    this.#logFile = join(folder, 'coordinator.log');
    this.url = `http://127.0.0.1:${ports.api}`;
    this.#env = {
      ...environmentWithoutOurs(),
      ...settings,
      DTC_PORT: String(ports.api),
      ...(temporal === undefined
        ? {
            DTC_TEMPORAL_PORT: String(ports.temporal),
            DTC_TEMPORAL_UI_PORT: String(ports.temporalUi),
            DTC_DATA_DIR: this.#dataDir,
          }
        : { TEMPORAL_ADDRESS: temporal, DTC_TASK_QUEUE: `demo-${process.pid}` }),
    };
    this.#hasOwnTemporal = temporal === undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Of its own Temporal server. */
  temporalPid(): number | undefined {
    if (!this.#hasOwnTemporal) return undefined;
    return (JSON.parse(readFileSync(join(this.#dataDir, 'server.json'), 'utf8')) as { pid: number }).pid;
  }

  /** Resolves when it is ready for requests. */
  async start(): Promise<void> {
    const log = openSync(this.#logFile, 'a');
    const args = ['--require', join(__dirname, 'endWithDemo.js'), join(__dirname, '../../src/main.js')];
    const child = this.#processes.start({ args, stdio: ['pipe', log, log], env: this.#env });
    closeSync(log);
    this.#child = child;
    const isReady = async (): Promise<true | undefined> => {
      if (!isRunning(child)) throw new Error(`the coordinator ended:\n${this.logTail()}`);
      const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return response?.ok === true ? true : undefined;
    };
    await until('the coordinator to be ready', isReady, 300_000); // the first start may download Temporal
    this.#haveNoOrphan();
  }

  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    this.#orphan = this.temporalPid();
    if (this.#orphan !== undefined) this.#guard = endAfterDemo(this.#orphan, this.#dataDir);
    await kill(this.#child);
  }

  /** Ends it in order, with its Temporal server. Nothing of it is left, whatever state it was in. */
  async stop(): Promise<void> {
    if (this.#child !== undefined) await end(this.#child, stopWithinMs);
    if (this.#child?.signalCode === 'SIGKILL') this.#orphan ??= this.temporalPid();
    if (this.#orphan !== undefined) await stopGroup(this.#orphan);
    this.#haveNoOrphan();
  }

  #haveNoOrphan(): void {
    this.#orphan = undefined;
    this.#guard?.release();
    this.#guard = undefined;
  }

  async post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.#ask(path, { method: 'POST', headers: all, body: JSON.stringify(body) });
  }

  get(id: string): Promise<Answer> {
    return this.#ask(`/transactions/${id}`);
  }

  /** Empty where it was never started. */
  logTail(): string {
    if (!existsSync(this.#logFile)) return '';
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-15).join('\n');
  }

  async #ask(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
    const document = JSON.parse(text) as TransactionDocument;
    return { status: `${response.status} ${response.statusText}`, document };
  }
}

/** The demo is the same whatever the caller's own settings are. */
function environmentWithoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DTC|TEMPORAL)_/.test(name)));
}
