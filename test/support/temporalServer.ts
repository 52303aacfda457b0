/** Owns the Temporal server that a whole test run shares: started once by jest, on free ports, its data thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevServer, startDevServer } from '../../src/engine/devServer/devServer';
import { freePorts } from './listening';

export interface TestServer extends DevServer {
  readonly port: number;
  readonly dataDir: string;
}

export async function startTemporal(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dtc-test-'));
  const [port, uiPort] = await freePorts();
  const server = await startDevServer({ dataDir, port, uiPort, log: () => undefined });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...server, port, dataDir, stop };
}
