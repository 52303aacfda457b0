/** What the log says while Temporal cannot be used at the start: one plain line, with the setting and what to do. */
import { type Server, createServer } from 'node:net';
import { reachTemporal } from '../../src/compose';
import { readConfig } from '../../src/config/readConfig';
import { freePort, listenHttp, portOf } from '../support/listening';
import { recordingLog } from '../support/recordingLog';
import { until } from '../support/until';

const server = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

/** The first line of a start with these settings, and that it is one for as long as nothing changes. */
async function saidAt(env: Record<string, string>, address: string): Promise<string> {
  const { log, lines } = recordingLog();
  const stopping = new AbortController();
  const config = readConfig({ TEMPORAL_ADDRESS: address, ...env });
  const reached = reachTemporal({ config, log, stopping: stopping.signal }, address);
  const [line] = await until(
    () => lines,
    seen => seen.length > 0,
  );
  const more = await Promise.race([reached, new Promise(resolve => setTimeout(resolve, 1500))]);
  expect(more).toBeUndefined();
  stopping.abort();
  await expect(reached).rejects.toThrow();
  expect(lines).toHaveLength(1);
  expect(line?.level).toBe('warn');
  return line?.msg ?? '';
}

const asItIsPrinted = /tonic|ConnectError|Os \{|hyper|\n/;

it.concurrent('nobody listens', async () => {
  const said = await saidAt({}, `127.0.0.1:${String(await freePort())}`);
  expect(said).toMatch(
    /^Temporal at 127\.0\.0\.1:\d+ cannot be reached: nobody listens there: .*TEMPORAL_ADDRESS/,
  );
  expect(said).not.toMatch(asItIsPrinted);
});

it.concurrent('the host has no address', async () => {
  const said = await saidAt({}, 'temporal.invalid:7233');
  expect(said).toMatch(
    /^Temporal at temporal\.invalid:7233 cannot be reached: that host name is not known: set TEMPORAL_ADDRESS/,
  );
  expect(said).not.toMatch(asItIsPrinted);
});

it.concurrent('something else listens, a web server say', async () => {
  const web = await listenHttp((_request, response) => response.end('hello'));
  const said = await saidAt({}, `127.0.0.1:${String(web.port)}`);
  await web.close();
  expect(said).toMatch(/does not speak Temporal's protocol.*TEMPORAL_TLS=true.*gRPC frontend/);
  expect(said).not.toMatch(asItIsPrinted);
});

it.concurrent('TLS is asked of a server without', async () => {
  const said = await saidAt({ TEMPORAL_TLS: 'true' }, server);
  expect(said).toMatch(/does not speak TLS: unset TEMPORAL_TLS/);
  expect(said).not.toMatch(asItIsPrinted);
});

it.concurrent('the namespace is not there, which is not the same as no answer', async () => {
  const said = await saidAt({ TEMPORAL_NAMESPACE: 'nobody-made-it' }, server);
  expect(said).toMatch(
    /has no namespace "nobody-made-it": set TEMPORAL_NAMESPACE .*temporal operator namespace create .*--namespace nobody-made-it/,
  );
  expect(said).not.toMatch(asItIsPrinted);
});

it.concurrent('the server takes connections and says nothing', async () => {
  const silent: Server = createServer();
  const port = await portOf(silent);
  const said = await saidAt({}, `127.0.0.1:${String(port)}`);
  silent.close();
  expect(said).toMatch(/does not answer: .*TEMPORAL_ADDRESS/);
});
