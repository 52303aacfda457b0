import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type ApiServer, listen } from '../../src/api/listen';
import { eventually } from '../support/until';

const local = { host: '127.0.0.1', port: 0, keepAliveTimeoutMs: 75_000 };
const ok: RequestListener = (_request, response) => response.end('ok');

let server: ApiServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  sockets.splice(0).forEach(socket => socket.destroy());
  await server?.close(0);
});

async function open(text = ''): Promise<Socket> {
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined); // being cut off is what some of these tests are about
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const get = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

async function everythingFrom(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

it('says where it listens, with the port that was free', async () => {
  server = await listen(ok, local);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect(await (await fetch(server.url)).text()).toBe('ok');
});

it('names the setting when the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(listen(ok, { ...local, port })).rejects.toThrow(
    `127.0.0.1:${port} is in use by another process: set DTC_PORT`,
  );
  other.close();
});

it('names the setting when the address is not of this machine', async () => {
  await expect(listen(ok, { ...local, host: '192.0.2.1' })).rejects.toThrow('set DTC_HOST');
});

it('keeps an idle connection for as long as is set, longer than headers may take, and ends it then', async () => {
  server = await listen(ok, { ...local, keepAliveTimeoutMs: 11_500 });
  const short = await listen(ok, { ...local, keepAliveTimeoutMs: 100 });
  const ended = async (port: number): Promise<number> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.write(get);
    await once(socket, 'data');
    const since = Date.now();
    await once(socket, 'close');
    return Date.now() - since;
  };
  const [kept, dropped] = await Promise.all([ended(server.port), ended(short.port)]);
  await short.close(0);
  expect(kept).toBeGreaterThan(11_000);
  expect(kept).toBeLessThan(16_000);
  expect(dropped).toBeLessThan(5_000);
});

describe('closing', () => {
  it('lets a running request finish, and answers nobody new', async () => {
    const held = new Promise<ServerResponse>(resolve => {
      const hold: RequestListener = (_request, response) => {
        resolve(response);
      };
      void listen(hold, local).then(async listening => {
        server = listening;
        await open(get);
      });
    });
    const response = await held;
    const answer = everythingFrom(sockets[0] as Socket);
    const closed = server?.close();
    await expect(fetch(server?.url ?? '')).rejects.toThrow();
    response.end('late');
    expect(await answer).toMatch(/connection: close[^]*late/i);
    await closed;
  });

  it('does not wait for connections that are idle or never sent anything', async () => {
    server = await listen(ok, local);
    const used = await open(get);
    await once(used, 'data');
    const silent = await open();
    const ends = [once(used, 'close'), once(silent, 'close')];
    used.resume();
    silent.resume();
    await server.close(60_000);
    await Promise.all(ends);
  });

  it('cuts off what is still running after the grace', async () => {
    server = await listen(() => undefined, local);
    const socket = await open(get);
    const ended = new Promise(resolve => socket.resume().once('close', resolve));
    await server.close(50);
    await ended;
  });
});

it('ends a connection whose client does not take its answer, and not one whose answer is waited for', async () => {
  let unread: ServerResponse | undefined;
  const answer: RequestListener = ({ url }, response) => {
    if (url === '/unread') (unread = response).end('x'.repeat(20_000_000));
    else setTimeout(() => response.end('late'), 1_000);
  };
  server = await listen(answer, { ...local, longestWaitS: 2, unreadMs: 100 });
  (await open(get.replace('/', '/unread'))).pause();
  const { url } = server;
  const waited = (async () => (await fetch(url)).text())();
  await eventually(() => unread?.closed === true);
  expect(await waited).toBe('late');
});
