/** Owns a TCP way to a server that a test can cut, freeze and break in other ways, or on which it loses answers. */
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { portOf } from './listening';

export interface Proxy {
  readonly port: number;
  /** `host:port`, as Temporal is named. */
  readonly address: string;
  /** Ends every connection, and takes none until it is mended. */
  cut(): void;
  /** As `cut`, and whoever connects is refused: nobody listens. */
  refuse(): Promise<void>;
  /** Nothing gets through any more, and nothing is said about it, until it is mended; what is sent meanwhile is lost. */
  freeze(): void;
  /** What is sent arrives, and no answer comes back. */
  swallow(): void;
  /** Tells the near side that there will be no more answers, and goes on taking what it sends; new connections too. */
  halfClose(): void;
  /** Every answer comes so much later. */
  slow(ms: number): void;
  mend(): void;
  /** Freezes at the next request that has `text` in it: once that is passed on, or before. */
  freezeAt(text: string, is: 'passed' | 'lost'): void;
  /** Whether nothing gets through. */
  readonly frozen: () => boolean;
  /** Passes the next request that has `text` in it on, and once that is answered cuts its connection. */
  loseAnswerTo(text: string): void;
  /** As `loseAnswerTo`; from then on nobody listens. */
  loseAnswerThenRefuse(text: string): void;
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
}

type State = 'open' | 'cut' | 'frozen' | 'swallowing' | 'halfClosed';

export async function startProxy(to: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const near = new Set<Socket>();
  const others = new WeakMap<Socket, Socket>();
  let state: State = 'open';
  let losing: { readonly text: string; readonly then?: () => unknown } | undefined;
  let freezing: { readonly text: string; readonly is: 'passed' | 'lost' } | undefined;
  let lost = 0;
  let delayMs = 0;
  const server = createServer({ allowHalfOpen: true }, client => {
    if (state === 'cut') return void client.destroy();
    const far = connect({ ...to, allowHalfOpen: true });
    let whenAnswered: (() => unknown) | undefined;
    near.add(client);
    for (const [from, other] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(from);
      others.set(from, other);
      from.on('error', () => from.destroy());
      from.on('end', () => {
        if (state !== 'frozen') other.end();
      });
      from.on('close', () => {
        sockets.delete(from);
        near.delete(from);
        if (state !== 'frozen') other.destroy(); // else it is told once this is mended
      });
    }
    if (state === 'halfClosed') client.end();
    client.on('data', data => {
      if (losing !== undefined && data.includes(losing.text)) {
        whenAnswered = losing.then ?? (() => undefined);
        losing = undefined;
      }
      const last = freezing !== undefined && data.includes(freezing.text) ? freezing.is : undefined;
      if (last !== undefined) {
        freezing = undefined;
        state = 'frozen';
      }
      if (state === 'open' || state === 'swallowing' || state === 'halfClosed' || last === 'passed')
        far.write(data);
    });
    far.on('data', data => {
      if (whenAnswered !== undefined) {
        lost += 1;
        client.destroy();
        whenAnswered();
      } else if (state === 'open') {
        if (delayMs === 0) client.write(data);
        else setTimeout(() => client.write(data), delayMs);
      }
    });
  });
  const port = await portOf(server);
  const endAll = (): void => {
    for (const each of sockets) each.destroy();
  };
  const refuse = async (): Promise<void> => {
    state = 'cut';
    const closed = once(server.close(), 'close');
    endAll();
    await closed;
  };
  return {
    port,
    address: `127.0.0.1:${String(port)}`,
    cut: () => {
      state = 'cut';
      endAll();
    },
    refuse,
    freeze: () => (state = 'frozen'),
    freezeAt: (text, is) => (freezing = { text, is }),
    frozen: () => state === 'frozen',
    swallow: () => (state = 'swallowing'),
    halfClose: () => {
      state = 'halfClosed';
      for (const each of near) each.end();
    },
    slow: ms => (delayMs = ms),
    mend: () => {
      if (delayMs > 0) endAll(); // what is late would come between what is not
      delayMs = 0;
      if (state === 'halfClosed' || state === 'swallowing') endAll(); // no connection goes on without what was lost
      state = 'open';
      for (const each of sockets) {
        const other = others.get(each);
        if (other?.destroyed === true || other?.readableEnded === true) each.destroy();
      }
      if (!server.listening) server.listen(port, '127.0.0.1');
    },
    loseAnswerTo: text => (losing = { text }),
    loseAnswerThenRefuse: text => (losing = { text, then: refuse }),
    lost: () => lost,
    close: async () => {
      state = 'cut';
      endAll();
      if (server.listening) await once(server.close(), 'close');
    },
  };
}
