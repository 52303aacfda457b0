/** Owns what tests listen with on 127.0.0.1: an HTTP server on a port of its own, and ports that nobody listens on. */
import { once } from 'node:events';
import { type RequestListener, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, connect } from 'node:net';
import { freePorts as freeOnes } from '../../examples/freePorts';

export { freePort } from '../../examples/freePorts';

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

/** For a server and its UI. */
export async function freePorts(): Promise<[number, number]> {
  const [one = 0, other = 0] = await freeOnes(2);
  return [one, other];
}

/** Whether somebody takes connections there. */
export function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise(done => {
    const socket = connect({ port, host, timeout: 1_000 });
    const end = (answered: boolean): void => {
      socket.destroy();
      done(answered);
    };
    socket
      .once('connect', () => {
        end(true);
      })
      .once('error', () => {
        end(false);
      })
      .once('timeout', () => {
        end(false);
      });
  });
}
