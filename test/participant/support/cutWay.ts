/** Owns a way to a server that can lose an answer: it passes a statement on, and once that is answered cuts the connection. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CutWay {
  readonly port: number;
  /** Loses the answer to the next statement that has `text` in it. */
  loseAnswerTo(text: string): void;
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
}

export async function openCutWay(to: { readonly host: string; readonly port: number }): Promise<CutWay> {
  let losing: string | undefined;
  let lost = 0;
  const sockets = new Set<Socket>();
  const way = createServer(client => {
    const server = connect(to.port, to.host);
    const both = [client, server];
    for (const each of both) {
      sockets.add(each);
      each
        .on('error', () => undefined)
        .on('close', () => {
          both.forEach(one => one.destroy());
        });
    }
    server.pipe(client);
    client.on('data', chunk => {
      if (losing !== undefined && chunk.includes(losing)) {
        losing = undefined;
        server
          .unpipe(client)
          .resume()
          .once('data', () => {
            lost += 1;
            client.destroy();
          });
      }
      server.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => way.once('listening', resolve));
  return {
    port: (way.address() as AddressInfo).port,
    loseAnswerTo: text => (losing = text),
    lost: () => lost,
    close: async () => {
      for (const each of sockets) each.destroy();
      await new Promise(resolve => way.close(resolve));
    },
  };
}
