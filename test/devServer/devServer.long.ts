// The server that npm start owns: supervision, against the real script and server.
import { execFileSync } from 'node:child_process';
import { startDevServer, type DevServer, type DevServerOptions } from '../../src/engine/devServer/devServer';
import { freePorts } from '../support/listening';
import { eventually } from '../support/until';
import { answers, cleanUp, newPlace, processesNaming, ready, runAt, serverPid, type Place } from './fixture';

afterEach(cleanUp);

const silent: DevServerOptions['log'] = () => undefined;

async function withServer(
  place: Place,
  log: DevServerOptions['log'],
  use: (server: DevServer) => Promise<void>,
): Promise<void> {
  const server = await startDevServer({ ...place, log });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

it('answers at its address, out of reach of a Ctrl-C, and leaves nothing when it is stopped', async () => {
  const place = await newPlace();
  await withServer(place, silent, async server => {
    expect(server.address).toBe(`127.0.0.1:${place.port}`);
    expect(await answers(place.port)).toBe(true);
    expect((await fetch(server.uiUrl)).status).toBe(200);
    expect(processGroupOf(serverPid(place.dataDir))).not.toBe(processGroupOf(process.pid));
  });
  expect(processesNaming(place.dataDir)).toEqual([]);
});

function processGroupOf(pid: number): string {
  return execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}

it('starts the server again when it dies alone, and says so', async () => {
  const place = await newPlace();
  const lines: string[] = [];
  await withServer(
    place,
    (level, message) => lines.push(`${level} ${message}`),
    async () => {
      const first = serverPid(place.dataDir);
      process.kill(first, 'SIGKILL');
      await eventually(() => lines.includes('info Temporal server: started again'), 40_000);
      expect(serverPid(place.dataDir)).not.toBe(first);
      expect(await answers(place.port)).toBe(true);
      expect(lines).toContain('warn the Temporal server ended by itself, starting it again');
    },
  );
  expect(processesNaming(place.dataDir)).toEqual([]);
});

it('leaves nothing when it is stopped while the server is being started again', async () => {
  const place = await newPlace();
  const lines: string[] = [];
  await withServer(
    place,
    (_, message) => lines.push(message),
    async () => {
      process.kill(serverPid(place.dataDir), 'SIGKILL');
      await eventually(() => lines.some(line => line.includes('ended by itself')), 40_000);
    },
  );
  expect(processesNaming(place.dataDir)).toEqual([]);
  expect(await answers(place.port)).toBe(false);
});

it('leaves nothing, and the directory free, when a start is given up', async () => {
  const place = await newPlace();
  const giveUp = new AbortController();
  const start = startDevServer({ ...place, log: silent, signal: giveUp.signal });
  await eventually(() => processesNaming(place.dataDir).length > 0, 40_000);
  giveUp.abort();
  await expect(start).rejects.toThrow();
  expect(processesNaming(place.dataDir)).toEqual([]);
  await withServer(place, silent, async () => {
    expect(await answers(place.port)).toBe(true);
  });
});

it('refuses a data directory that another owner has, by name', async () => {
  const place = await newPlace();
  await withServer(place, silent, async () => {
    const [port, uiPort] = await freePorts();
    const second = startDevServer({ ...place, port, uiPort, log: silent });
    await expect(second).rejects.toThrow(`in use by another coordinator (pid ${process.pid}, since 2`);
    await expect(second).rejects.toThrow(`TEMPORAL_ADDRESS=127.0.0.1:${place.port}`);
  });
});

it('refuses a data directory that temporal-dev.sh has, and says how to use that server', async () => {
  const place = await newPlace();
  const script = runAt(place);
  await ready(script);
  const start = startDevServer({ ...place, log: silent });
  await expect(start).rejects.toThrow(`in use by temporal-dev.sh (pid ${script.child.pid},`);
  await expect(start).rejects.toThrow(`TEMPORAL_ADDRESS=127.0.0.1:${place.port}`);
  script.child.kill('SIGTERM');
  expect(await script.ended).toBe(0);
});
