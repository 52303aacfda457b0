/** The API on a free port, over real HTTP, with a coordinator in memory. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Agent, request } from 'undici';
import { createApi } from '../../src/api/app';
import { type ApiDependencies } from '../../src/api/dependencies';
import { type ApiServer, listen } from '../../src/api/listen';
import { readConfig } from '../../src/config/readConfig';
import { createLog } from '../../src/telemetry/log';
import { documented } from '../support/documented';
import { FakeBulk } from './fakeBulk';
import { createMetrics } from '../../src/telemetry/metrics/metrics';
import { FakeCoordinator } from './fakeCoordinator';
import { FakeLists } from './fakeLists';
import { FakeLocks } from './fakeLocks';
import { FakeOrphans } from './fakeOrphans';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface RequestParts {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Buffer;
}

type LogLine = Readonly<Record<string, unknown>> & { readonly level: string };

export class Harness {
  readonly coordinator = new FakeCoordinator();
  readonly bulk = new FakeBulk();
  readonly orphans = new FakeOrphans();
  readonly locks = new FakeLocks();
  readonly lists = new FakeLists();
  readonly stopping = new AbortController();
  readonly metrics = createMetrics();
  /** Who polls the task queue. */
  workers: () => Promise<readonly string[]> = () => Promise.resolve(['dtc/test/1@here']);
  /** Why a URL is refused; by default none is. */
  refuse: (url: string) => string | undefined = () => undefined;
  /** The same of the URL of `notify`. */
  refuseToTell: (url: string) => string | undefined = () => undefined;
  private readonly output = new PassThrough();
  private readonly agent = new Agent();
  private server: ApiServer | undefined;
  logText = '';

  static async start(
    env: Record<string, string> = {},
    more: Pick<ApiDependencies, 'codec'> = {},
  ): Promise<Harness> {
    const harness = new Harness();
    const config = readConfig({ DTC_PORT: '0', ...env });
    harness.output.on('data', (chunk: Buffer) => (harness.logText += chunk.toString()));
    const app = createApi({
      coordinator: harness.coordinator,
      bulk: harness.bulk,
      orphans: harness.orphans,
      cliOptions: ' --address temporal.example:7233 --namespace shop',
      locks: harness.locks,
      lists: harness.lists,
      workers: () => harness.workers(),
      outbound: { check: url => harness.refuse(url) },
      receivers: { check: url => harness.refuseToTell(url) },
      config,
      log: createLog('debug', harness.output),
      stopping: harness.stopping.signal,
      metrics: harness.metrics,
      ...more,
    });
    harness.server = await listen(documented(app, config), config);
    return harness;
  }

  get listening(): ApiServer {
    if (this.server === undefined) throw new Error('not started');
    return this.server;
  }

  async call(path: string, { method, headers = {}, json, body }: RequestParts = {}): Promise<Answer> {
    const sent = json === undefined ? body : JSON.stringify(json);
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await request(this.listening.url + path, {
      method: (method ?? (sent === undefined ? 'GET' : 'POST')) as 'GET',
      headers: { ...type, ...headers },
      ...(sent === undefined ? {} : { body: sent }),
      dispatcher: this.agent,
    });
    const text = await answer.body.text();
    const isJson = /json/.test(String(answer.headers['content-type'])) && text !== '';
    const parsed: unknown = isJson ? JSON.parse(text) : {};
    return { status: answer.statusCode, headers: answer.headers, text, json: parsed as Answer['json'] };
  }

  /** Starts a transaction over HTTP. */
  post(json: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('/transactions', { json, headers });
  }

  /** The log's lines, once there are as many with this message. */
  async logLines(message: string, count = 1): Promise<LogLine[]> {
    for (;;) {
      const lines = this.logText
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as LogLine);
      const found = lines.filter(line => line['msg'] === message);
      if (found.length >= count) return found;
      await once(this.output, 'data');
    }
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.server?.close(0);
    await this.agent.destroy();
  }
}

/** The shape that every error has (RFC 9457). */
export function problem(name: string, status: number, rest: object = {}): unknown {
  const json = expect.objectContaining({
    type: `/problems/${name}`,
    title: expect.any(String) as string,
    status,
    detail: expect.any(String) as string,
    ...rest,
  }) as unknown;
  const headers = expect.objectContaining({
    'content-type': 'application/problem+json; charset=utf-8',
  }) as unknown;
  return expect.objectContaining({ status, json, headers });
}
