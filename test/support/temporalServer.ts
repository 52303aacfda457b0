/**
 * Owns the Temporal server that a whole test run shares: started once by jest, on free ports, its data thrown away. It writes through to
 * the disk at every step, as it does for users; where there is a file system in memory, with room for a run, nobody waits for that.
 */
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevServer, startDevServer } from '../../src/engine/devServer/devServer';
import { freePorts } from './listening';

export interface TestServer extends DevServer {
  readonly port: number;
  readonly dataDir: string;
  /** At once, and its data with it. */
  kill(): void;
}

export async function startTemporal(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(await dataFolder(), 'dtc-test-'));
  const [port, uiPort] = await freePorts();
  const server = await startDevServer({ dataDir, port, uiPort, log: () => undefined });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { pid: number };
  const kill = (): void => {
    process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...server, port, dataDir, stop, kill };
}

const inMemory = '/dev/shm';
const roomBytes = 2 ** 30; // a run leaves a tenth of that

async function dataFolder(): Promise<string> {
  const room = await statfs(inMemory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0, // there is none
  );
  return room < roomBytes ? tmpdir() : inMemory;
}
