/** Ports for servers of tests, the demo and the bench: nobody listens there, and the system gives them to nobody else meanwhile. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { freePort, freePorts } from '../../examples/freePorts';
import { portOf } from '../support/listening';

it('gives no port twice, and none on which somebody listens', async () => {
  const next = (await freePort()) + 1;
  const other = createServer();
  await portOf(other, next);
  const ports = await freePorts(20);
  expect(new Set([next, ...ports]).size).toBe(21);
  await once(other.close(), 'close');
});

const file = '/proc/sys/net/ipv4/ip_local_port_range';
const onLinux = existsSync(file) ? it : it.skip;

onLinux('gives none of those that the system gives to outgoing connections', async () => {
  const [from = 0, to = 0] = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
  const server = createServer();
  const outgoing = connect(await portOf(server), '127.0.0.1');
  await once(outgoing, 'connect');
  expect(outgoing.localPort).toBeGreaterThanOrEqual(from);
  expect(outgoing.localPort).toBeLessThanOrEqual(to);
  for (const port of await freePorts(20)) expect(port < from || port > to).toBe(true);
  outgoing.destroy();
  await once(server.close(), 'close');
});
