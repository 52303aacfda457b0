/** Owns the Temporal server that a whole test run shares: started once by jest, on free ports, its data thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevServer, startDevServer } from '../../src/engine/devServer/devServer';

export interface TestServer extends DevServer {
  readonly port: number;
  readonly dataDir: string;
}

export async function startTemporal(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dtc-test-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  const server = await startDevServer({ dataDir, port, uiPort, log: () => undefined });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...server, port, dataDir, stop };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
