// Ports on loopback: whether one is taken, and by whom; and one that nobody guesses. Can fail: not; a holder
// that this user may not see is undefined.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/** undefined when the port is free, else why it is not. */
export async function whyTaken(port) {
  const { error: refused } = await bound('127.0.0.1', port);
  if (refused === 'EACCES') return 'needs more rights than this user has';
  // macOS lets 127.0.0.1 be bound beside a listener on every address
  const taken = refused !== undefined || (process.platform === 'darwin' && (await answers(port)));
  return taken ? `is in use by ${whoHas(port)}` : undefined;
}

/** For people: who listens on the port, on whatever address. */
export function whoHas(port) {
  return describe(holder(port));
}

/**
 * A free port of an address in 127.0.0.0/8: some 2^38 in all, which no page in a browser tries out. macOS has
 * 127.0.0.1 alone, where it is one of some 16,000.
 */
export async function unguessable() {
  const far = ['127', randomInt(1, 255), randomInt(256), randomInt(1, 255)].join('.');
  const host = (await bound(far, 0)).error === undefined ? far : '127.0.0.1';
  return { host, port: (await bound(host, 0)).port };
}

/** Whether somebody accepts connections on the port. */
export function answers(port) {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 500 });
    const end = answered => {
      socket.destroy();
      resolve(answered);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}

/** { port } that could be listened on, or the { error }'s code. */
function bound(host, port) {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', error => resolve({ error: error.code }));
    server.listen({ host, port, exclusive: true }, () => {
      const had = server.address().port;
      server.close(() => resolve({ port: had }));
    });
  });
}

function describe(found) {
  if (found === undefined) return 'a process that this user cannot see';
  return `pid ${found.pid} (${found.name.replaceAll(/[^\x20-\x7e]/g, '?')})`; // a process names itself
}

function holder(port) {
  try {
    return process.platform === 'linux' ? linuxHolder(port) : lsofHolder(port);
  } catch {
    return undefined;
  }
}

function linuxHolder(port) {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(table => listeners(table, port)));
  const pid = readdirSync('/proc').find(name => /^\d+$/.test(name) && hasOpen(name, sockets));
  return pid === undefined ? undefined : { pid, name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
}

// A line of the table: number, local address, remote address, state (0A listens), …, the socket's inode as
// the tenth field.
function listeners(table, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(table, 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .map(fields => `socket:[${fields[9]}]`);
}

function hasOpen(pid, sockets) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => sockets.has(linkOrNothing(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

function linkOrNothing(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function lsofHolder(port) {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const lines = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], options).split('\n');
  const field = letter => lines.find(line => line.startsWith(letter))?.slice(1);
  const [pid, name] = [field('p'), field('c')];
  return pid === undefined ? undefined : { pid, name };
}
