/** Owns the receiver of notifications of a run: what comes is written down, and some of it is refused for a start. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Random, chance } from '../../src/testing/random';
import { type Recorder } from '../recorder';
import { seenIn } from './client';

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

interface Body {
  readonly type: string;
  readonly data: Parameters<typeof seenIn>[0] & { readonly id: string };
}

export async function startReceiver(recorder: Recorder, random: Random): Promise<Receiver> {
  const server = createServer((request, response) => {
    void request.toArray().then(chunks => {
      const { type, data } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as Body;
      if (chance(random, 0.1)) {
        response.writeHead(503).end();
        return;
      }
      const webhookId = String(request.headers['webhook-id']);
      recorder.record({ kind: 'notification', webhookId, type, id: data.id, seen: seenIn(data) });
      response.writeHead(204).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
    close: async () => {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}
