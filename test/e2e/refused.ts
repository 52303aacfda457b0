/** Owns a start that cannot be, as the real process, and what is demanded of each: one clear message, and nothing left behind. */
import { once } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { newPlace, processesNaming, settings } from '../devServer/fixture';
import { launchProcess } from '../support/processes';

/** Its standard error, once it has ended with exit code 1 and without a stack trace. */
export async function failsToStart(env: Record<string, string>): Promise<string> {
  const { ended, printed } = launchProcess(env);
  expect((await ended).code).toBe(1);
  expect(printed.stderr).not.toMatch(/^\s+at /m);
  return printed.stderr;
}

/** @param name of the setting whose port another process has. */
export async function expectRefusal(name: string): Promise<void> {
  const place = await newPlace();
  const [taken, port] = await listenAnywhere();
  try {
    const stderr = await failsToStart({ ...settings(place), [name]: String(port) });
    expect(stderr).toContain(`${port} is in use by pid ${process.pid} (`);
    expect(stderr).toContain(`set ${name} to `);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  } finally {
    taken.close();
  }
  expect(processesNaming(place.dataDir)).toEqual([]);
}

async function listenAnywhere(): Promise<[Server, number]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}
