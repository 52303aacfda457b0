/** A participant made of raw sockets, for answers that no HTTP library would give, and the outbound side that calls it. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createOutbound, type OutboundOptions } from '../../src/outbound';
import { type Outbound, type OutboundRequest } from '../../src/outbound/contract';

/** Called with each whole request of a connection. */
export type Behaviour = (socket: Socket, nth: number) => void;

export class Stub {
  /** Whole requests, as they came. */
  readonly requests: string[] = [];
  readonly sockets: Socket[] = [];
  bytes = 0;
  readonly #server: Server;

  constructor(behave: Behaviour) {
    this.#server = createServer(socket => {
      this.sockets.push(socket);
      socket.on('error', () => undefined); // resets are part of the play
      this.#listen(socket, behave);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/prepare', host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`;
  }

  async start(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server.close(), 'close');
  }

  #listen(socket: Socket, behave: Behaviour): void {
    let text = '';
    socket.on('data', chunk => {
      this.bytes += chunk.length;
      text += chunk.toString('latin1');
      for (let end = endOfRequest(text); end !== -1; end = endOfRequest(text)) {
        this.requests.push(text.slice(0, end));
        text = text.slice(end);
        behave(socket, this.requests.length);
      }
    });
  }
}

function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return head !== -1 && text.length >= head + 4 + length ? head + 4 + length : -1;
}

const open: { stop: () => Promise<void> }[] = [];

export async function stub(behave: Behaviour): Promise<Stub> {
  const started = await new Stub(behave).start();
  open.push(started);
  return started;
}

/** A participant that sends `text` and, where asked to, ends or resets the connection. */
export function answering(text: string, then?: 'end' | 'reset'): Promise<Stub> {
  return stub(socket => {
    socket.write(text, 'latin1', () => {
      if (then === 'end') socket.end();
      if (then === 'reset') void reset(socket);
    });
  });
}

/** Some turns of the event loop later, so that the other side has read what was sent: else libuv calls it an end. */
async function reset(socket: Socket): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await turn();
  socket.resetAndDestroy();
}

export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

export function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  const created = createOutbound({ allowed: [], ...options });
  open.push({ stop: () => created.close() });
  return created;
}

export function request(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    url,
    headers: { 'content-type': 'application/json' },
    body: '{"phase":"prepare"}',
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    readBody: true,
    ...more,
  };
}

/** Ends what a test started; for `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all(open.splice(0).map(each => each.stop()));
}

/** One character of `body` is one byte. */
export function whole(status: string, body = '', headers = ''): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
}

/** Resolves when `socket`, seen from the participant, is closed. */
export async function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined) throw new Error('there was no connection');
  if (!socket.closed) await once(socket, 'close');
}

/** Sends `chunk` for as long as there is a connection. */
export function pour(socket: Socket, chunk: string): void {
  const more = () => {
    if (!socket.destroyed) socket.write(chunk, () => setImmediate(more));
  };
  more();
}
