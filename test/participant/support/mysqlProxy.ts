/** Owns a way to the database that a test can cut. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  /** The database's URL, by way of this. */
  readonly url: string;
  /** Ends every connection, and takes none until it is mended. */
  cut(): void;
  /** Nothing gets through any more, and nothing is said about it, until it is mended. */
  freeze(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const at = new URL(databaseUrl);
  const to = { host: at.hostname, port: Number(at.port || 3306) };
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const server = createServer(near => {
    if (state === 'cut') return void near.destroy();
    const far = connect(to);
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', data => state === 'open' && other.write(data));
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        other.destroy();
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  at.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endAll = (): void => {
    for (const each of sockets) each.destroy();
  };
  return {
    url: at.href,
    cut: () => {
      state = 'cut';
      endAll();
    },
    freeze: () => (state = 'frozen'),
    mend: () => (state = 'open'),
    close: async () => {
      endAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
