/** Owns what tests listen with on 127.0.0.1: an HTTP server on a port of its own, and ports that nobody listens on. */
import { once } from 'node:events';
import { type RequestListener, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';

export interface HttpServer {
  readonly origin: string;
  readonly port: number;
  /** Ends its connections too. */
  close(): Promise<void>;
}

export async function listenHttp(listener: RequestListener, at = 0): Promise<HttpServer> {
  const server = createHttpServer(listener);
  const port = await portOf(server, at);
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    port,
    close: async () => {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Listens, and says on which port. */
export async function portOf(server: Server, at = 0): Promise<number> {
  await once(server.listen(at, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Both are open at once, so that they differ. */
export async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all([portOf(servers[0]), portOf(servers[1])]);
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return ports;
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts();
  return port;
}
