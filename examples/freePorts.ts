/**
 * Owns ports of 127.0.0.1 on which nobody listens, for servers that are told their port, and told it again when they are started
 * anew. The system gives outgoing connections ports of a range of its own: one of those may be taken by any process meanwhile, so
 * these are from outside it. No two calls of a process get the same, and test workers seek in different places.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, type Server, createServer } from 'node:net';

const first = 20_000;
const workers = 8;
const each = 1_500; // up to 31,999: Linux gives from 32,768, others from 49,152
const system = systemsRange();

/** Where this process seeks: a test worker in its own part, from anywhere in it. */
const begin = first + (Number(process.env['JEST_WORKER_ID'] ?? 0) % workers) * each;
let sought = Math.floor(Math.random() * each);

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

export async function freePort(): Promise<number> {
  for (let tried = 0; tried < each; tried += 1) {
    const port = begin + (sought++ % each);
    if (!isSystems(port) && (await canListen(port))) return port;
  }
  return anyPort();
}

function isSystems(port: number): boolean {
  return port >= system.from && port <= system.to;
}

function systemsRange(): { readonly from: number; readonly to: number } {
  try {
    const [from = NaN, to = NaN] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return { from, to };
  } catch {
    return { from: 49_152, to: 65_535 }; // not Linux: IANA's
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listening(server, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await once(server.close(), 'close');
  return true;
}

/** Where the system gives all that there is: better than none. */
async function anyPort(): Promise<number> {
  const server = createServer();
  await listening(server, 0);
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

async function listening(server: Server, port: number): Promise<void> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
}
