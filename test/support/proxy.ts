/** Owns a TCP way to a server that a test can cut or freeze, or on which it loses an answer. */
import { type Socket, connect, createServer } from 'node:net';
import { portOf } from './listening';

export interface Proxy {
  readonly port: number;
  /** `host:port`, as Temporal is named. */
  readonly address: string;
  /** Ends every connection, and takes none until it is mended. */
  cut(): void;
  /** Nothing gets through any more, and nothing is said about it, until it is mended; what is sent meanwhile is lost. */
  freeze(): void;
  mend(): void;
  /** Passes the next request that has `text` in it on, and once that is answered cuts its connection. */
  loseAnswerTo(text: string): void;
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
}

export async function startProxy(to: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  let losing: string | undefined;
  let lost = 0;
  const server = createServer(near => {
    if (state === 'cut') return void near.destroy();
    const far = connect(to.port, to.host);
    let losesNext = false;
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        other.destroy();
      });
    }
    near.on('data', data => {
      if (losing !== undefined && data.includes(losing)) {
        losing = undefined;
        losesNext = true;
      }
      if (state === 'open') far.write(data);
    });
    far.on('data', data => {
      if (losesNext) {
        lost += 1;
        near.destroy();
      } else if (state === 'open') near.write(data);
    });
  });
  const port = await portOf(server);
  const endAll = (): void => {
    for (const each of sockets) each.destroy();
  };
  return {
    port,
    address: `127.0.0.1:${String(port)}`,
    cut: () => {
      state = 'cut';
      endAll();
    },
    freeze: () => (state = 'frozen'),
    mend: () => (state = 'open'),
    loseAnswerTo: text => (losing = text),
    lost: () => lost,
    close: async () => {
      state = 'cut';
      endAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
