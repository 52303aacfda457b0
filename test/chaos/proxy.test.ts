/** The way that the nemesis breaks: what each trouble does to what is sent, and that a connection that lives on loses nothing. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { type Link, startLink } from '../../chaos/world/proxy';
import { eventually } from '../support/until';

let server: Server;
let link: Link;
/** What reached the server, of all connections. */
let arrived = '';
const clients: Socket[] = [];

beforeEach(async () => {
  arrived = '';
  server = createServer(socket => {
    socket.on('data', data => {
      arrived += String(data);
      socket.write(`re: ${String(data)}`);
    });
    socket.on('error', () => socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  link = await startLink({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link.close();
  await once(server.close(), 'close');
});

interface Caller {
  readonly socket: Socket;
  heard(): string;
  /** How it ended, if it did. */
  end(): string | undefined;
}

function call(say?: string): Caller {
  const socket = connect(link.port, '127.0.0.1');
  clients.push(socket);
  let heard = '';
  let end: string | undefined;
  socket.on('data', data => (heard += String(data)));
  socket.on('error', error => (end ??= (error as NodeJS.ErrnoException).code));
  socket.on('close', () => (end ??= 'closed'));
  if (say !== undefined) socket.write(say);
  return { socket, heard: () => heard, end: () => end };
}

it('passes on what either side says', async () => {
  const caller = call('hello');
  await eventually(() => caller.heard() === 're: hello');
  expect(arrived).toBe('hello');
});

it('cut: breaks what is connected, turns away who comes, and lets them come again', async () => {
  const before = call('one');
  await eventually(() => before.heard() !== '');
  link.break('cut');
  await eventually(() => before.end() !== undefined);
  const meanwhile = call('two');
  await eventually(() => meanwhile.end() !== undefined);
  expect(arrived).toBe('one');
  link.mend();
  const after = call('three');
  await eventually(() => after.heard() === 're: three');
});

it('freeze: says nothing, breaks nothing, and all of it arrives when it is over', async () => {
  const before = call('one ');
  await eventually(() => before.heard() !== '');
  link.break('freeze');
  before.socket.write('two ');
  const meanwhile = call('three ');
  await once(meanwhile.socket, 'connect');
  await aWhile();
  expect([arrived, meanwhile.heard(), before.end(), meanwhile.end()]).toEqual([
    'one ',
    '',
    undefined,
    undefined,
  ]);
  link.mend();
  await eventually(() => meanwhile.heard() === 're: three ' && before.heard() === 're: one re: two ');
});

it('swallow: the request arrives, and its answer breaks the connection', async () => {
  link.break('swallow');
  const caller = call('pay');
  await eventually(() => caller.end() !== undefined);
  expect([arrived, caller.heard()]).toEqual(['pay', '']);
});

it('repeat: the request arrives once more, and its answer only once', async () => {
  link.break('repeat');
  const caller = call('pay ');
  await eventually(() => caller.heard() !== '');
  link.mend();
  caller.socket.write('end ');
  await eventually(() => arrived === 'pay end pay ');
  expect(caller.heard()).toBe('re: pay re: end ');
});

it('delay and drip: late, by little, in order and whole', async () => {
  const text = 'x'.repeat(1_000);
  link.break('drip');
  const slow = call(text);
  await eventually(() => arrived.length > 0);
  expect(arrived.length).toBeLessThan(text.length);
  link.mend();
  link.break('delay');
  slow.socket.write('end');
  await eventually(() => arrived === `${text}end`);
});

/** Longer than it takes on loopback; nothing is measured by it. */
const aWhile = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 100));
