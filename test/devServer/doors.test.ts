// Which doors the development server has, and who is let in: a page of any site can send requests to loopback, and can have
// its own name resolve to it. Both ways of starting it.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { startDevServer } from '../../src/engine/devServer/devServer';
import { isRunning } from '../../src/engine/devServer/processGroup';
import { temporalBinary } from '../support/temporalCli';
import { answers, cleanUp, newPlace, ready, runAt, serverPid, type Place } from './fixture';

const secret = 'a-token-of-somebody-0123456789';

beforeAll(() => {
  process.env['DTC_API_TOKENS'] = `ann:operator:${secret}`;
});
afterAll(() => {
  delete process.env['DTC_API_TOKENS'];
});
afterEach(cleanUp);

type Way = (place: Place) => Promise<() => Promise<unknown>>;

const byHand: Way = async place => {
  const script = runAt(place);
  await ready(script);
  return () => {
    script.child.kill('SIGTERM');
    return script.ended;
  };
};

const byCoordinator: Way = async place => {
  const server = await startDevServer({ ...place, log: () => undefined });
  return () => server.stop();
};

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux.each([
  ['temporal-dev.sh', byHand],
  ['npm start', byCoordinator],
])('the server that %s runs', (_, start) => {
  it('lets nobody from elsewhere in, by whichever port; its Web UI reads and signals; it knows no secret', async () => {
    const place = await newPlace();
    const stop = await start(place);
    const server = serverPid(place.dataDir);
    await temporal(place, 'workflow', 'start', '--type', 'none', '--task-queue', 'none', '-w', 'mine');

    const listened = listenedBy(server);
    expect(listened.length).toBeGreaterThan(4);
    const open = [];
    for (const { host, port } of [...listened, { host: '127.0.0.1', port: place.uiPort }])
      for (const [path, body] of attacks) {
        const { status } = await ask({ host, port, path, headers: foreign, ...(body && { body }) });
        if (status >= 200 && status < 400) open.push(`${host}${path}`);
      }
    // what is behind the door is at an address that nobody guesses; the metrics tell no names of people or workflows
    expect(open.filter(each => each.startsWith('127.0.0.1/'))).toEqual(['127.0.0.1/metrics']);
    expect(listened.filter(({ host }) => host !== '127.0.0.1')).toHaveLength(1);
    expect(await temporal(place, 'workflow', 'count')).toContain('Total: 1');

    expect(await signalByWebUi(place, 'mine', {})).toBe(200);
    expect(await temporal(place, 'workflow', 'show', '-w', 'mine')).toContain('WorkflowExecutionSignaled');
    expect(await signalByWebUi(place, 'mine', foreign)).toBe(403);
    expect(await signalByWebUi(place, 'mine', { origin: foreign.origin })).toBe(403);
    expect(await signalByWebUi(place, 'mine', { origin: 'null' })).toBe(403);

    const family = familyOf(server);
    expect(family).toHaveLength(2);
    for (const pid of family) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(secret);

    await stop();
    expect(await answers(place.uiPort)).toBe(false);
    expect(family.filter(isRunning)).toEqual([]);
  });
});

const foreign = { host: 'evil.example', origin: 'http://evil.example' };
const started = JSON.stringify({
  workflowType: { name: 'transaction' },
  taskQueue: { name: 'transactions' },
});
const attacks: readonly (readonly [path: string, body?: string])[] = [
  ['/'],
  ['/metrics'],
  ['/api/v1/namespaces'],
  ['/api/v1/namespaces/default/workflows'],
  ['/api/v1/namespaces/default/workflows/mine/history'],
  ['/api/v1/namespaces/default/workflows/forged', started],
  ['/namespaces/default/workflows'],
  ['/namespaces/default/workflows/forged', started],
  ['/namespaces/default/workflows/mine/signal/abort', '{}'],
  ['/cluster'],
  ['/nexus/endpoints/none/services/none/none', '{}'],
];

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  /** 0: it was no HTTP that came back. */
  readonly status: number;
  readonly cookies: readonly string[];
}

/** As a page sends it without asking first: `no-cors`, of a simple content type. `fetch` would not send a Host. */
function ask({ host, port, path, headers, body }: Asked): Promise<Answered> {
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise(resolve => {
    const asked = request({ host, port, path, method, timeout: 5_000, headers }, answer => {
      const { statusCode: status = 0, headers: told } = answer;
      answer.resume().once('close', () => {
        resolve({ status, cookies: told['set-cookie'] ?? [] });
      });
    });
    asked.once('error', () => {
      resolve({ status: 0, cookies: [] });
    });
    asked.once('timeout', () => asked.destroy());
    asked.end(body);
  });
}

/** As the page does it: with the token out of the cookie. */
async function signalByWebUi(place: Place, id: string, headers: Record<string, string>): Promise<number> {
  const at = { host: '127.0.0.1', port: place.uiPort };
  const page = await ask({ ...at, path: '/namespaces/default/workflows', headers: {} });
  const token = /_csrf=(\w+)/.exec(page.cookies[0] ?? '')?.[1] ?? '';
  const own = { cookie: `_csrf=${token}`, 'x-csrf-token': token, 'content-type': 'application/json' };
  const path = `/api/v1/namespaces/default/workflows/${id}/signal/abort`;
  return (await ask({ ...at, path, headers: { ...own, ...headers }, body: '{}' })).status;
}

async function temporal({ port }: Place, ...args: string[]): Promise<string> {
  const all = [...args, '--address', `127.0.0.1:${port}`];
  return (await promisify(execFile)(temporalBinary(), all)).stdout;
}

/** From the kernel's table: the local address, hexadecimal and backwards, the state (0A listens), the inode as tenth field. */
function listenedBy(pid: number): { host: string; port: number }[] {
  const open = readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`));
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[3] === '0A' && open.includes(`socket:[${String(fields[9])}]`))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':');
      const bytes = Buffer.from(address, 'hex').reverse();
      return { host: bytes.join('.'), port: Number.parseInt(port, 16) };
    });
}

/** The server and its door, its child since before it became the server. */
function familyOf(server: number): number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.map(Number).filter(pid => pid === server || parentOf(pid) === server);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return undefined;
  }
}
