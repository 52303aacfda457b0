// What a coordinator that was killed leaves behind, and what the next one makes of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDevServer, type DevServerOptions } from '../../src/engine/devServer/devServer';
import { freePorts } from '../support/listening';
import { eventually } from '../support/until';
import { coordinatorAt } from './coordinator';
import { answers, cleanUp, newPlace, processesNaming, runAt, serverPid, untilNobodyNames } from './fixture';

afterEach(cleanUp);

const silent: DevServerOptions['log'] = () => undefined;

it('takes over the server of a killed coordinator, supervises it and ends it, and runs nothing that is recorded', async () => {
  const place = await newPlace();
  const killed = await coordinatorAt(place);
  const first = serverPid(place.dataDir);
  await killed.kill();
  const [record, trace] = [join(place.dataDir, 'server.json'), join(place.dataDir, 'planted.ran')];
  const recorded = JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
  writeFileSync(record, JSON.stringify({ ...recorded, binary: plantedBinary(place.dataDir, trace) }));
  const lines: string[] = [];
  const server = await startDevServer({ ...place, log: (_, message) => lines.push(message) });
  expect(lines).toEqual(['Temporal server: took over the one that a killed coordinator left']);
  expect(serverPid(place.dataDir)).toBe(first);
  expect(existsSync(trace)).toBe(false);
  process.kill(first, 'SIGKILL');
  await eventually(() => lines.includes('Temporal server: started again'), 40_000);
  await server.stop();
  expect(processesNaming(place.dataDir)).toEqual([]);
});

function plantedBinary(dataDir: string, trace: string): string {
  const binary = join(dataDir, 'planted');
  writeFileSync(binary, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o700 });
  return binary;
}

it('does not take over a server without a door before its Web UI', async () => {
  const place = await newPlace();
  await (await coordinatorAt(place)).kill();
  const first = serverPid(place.dataDir);
  const record = join(place.dataDir, 'server.json');
  const { uiBehind: _, ...ofBefore } = JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
  writeFileSync(record, JSON.stringify(ofBefore));
  const server = await startDevServer({ ...place, log: silent });
  expect(serverPid(place.dataDir)).not.toBe(first);
  expect(await answers(place.uiPort)).toBe(true);
  await server.stop();
});

it('stops a server that it took over', async () => {
  const place = await newPlace();
  await (await coordinatorAt(place)).kill();
  const server = await startDevServer({ ...place, log: silent });
  await server.stop();
  expect(processesNaming(place.dataDir)).toEqual([]);
});

it('ends the server that a killed coordinator left on other ports, and starts its own', async () => {
  const place = await newPlace();
  await (await coordinatorAt(place)).kill();
  const first = serverPid(place.dataDir);
  const [port, uiPort] = await freePorts();
  const server = await startDevServer({ ...place, port, uiPort, log: silent });
  expect(processesNaming(place.dataDir)).not.toContain(first);
  expect(await answers(port)).toBe(true);
  await server.stop();
});

it('starts anew when the coordinator and its server were killed', async () => {
  const place = await newPlace();
  const killed = await coordinatorAt(place);
  process.kill(serverPid(place.dataDir), 'SIGKILL');
  await killed.kill();
  const server = await startDevServer({ ...place, log: silent });
  expect(await answers(place.port)).toBe(true);
  await server.stop();
  expect(processesNaming(place.dataDir)).toEqual([]);
});

it('does not leave the server behind when the coordinator ends by itself', async () => {
  const place = await newPlace();
  await (await coordinatorAt(place)).exit();
  await untilNobodyNames(place.dataDir);
});

it('is told of by temporal-dev.sh, which does not take it', async () => {
  const place = await newPlace();
  await (await coordinatorAt(place)).kill();
  const script = runAt(place);
  expect(await script.ended).toBe(1);
  expect(script.stderr()).toContain(`left behind (pid ${serverPid(place.dataDir)},`);
  expect(script.stderr()).toContain('npm start takes it over');
});

it('does not mistake a later process with the same pid for the owner', async () => {
  const place = await newPlace();
  mkdirSync(place.dataDir);
  const earlier = { kind: 'coordinator', pid: process.pid, startTime: 'another time', token: 'x' };
  writeFileSync(join(place.dataDir, 'owner.4.json'), JSON.stringify(earlier));
  const server = await startDevServer({ ...place, log: silent });
  expect(readdirSync(place.dataDir).filter(name => name.startsWith('owner.'))).toEqual(['owner.5.json']);
  await server.stop();
  expect(existsSync(join(place.dataDir, 'owner.5.json'))).toBe(true);
  expect(readFileSync(join(place.dataDir, 'owner.5.json'), 'utf8')).toBe('');
});
