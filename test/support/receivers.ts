/**
 * Owns receivers of notifications: one real HTTP server with any number of named ones at `/<name>/told`. Each verifies what comes with
 * the `standardwebhooks` package, and answers `204` unless a test scripts it.
 */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { listenHttp } from './listening';

export interface Delivery {
  readonly name: string;
  readonly id: string;
  readonly headers: IncomingMessage['headers'];
  /** The body as it came. */
  readonly text: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: TransactionDocument;
  /** 1 for the first that this receiver got of the id. */
  readonly nth: number;
  readonly at: number;
  /** Why it is not signed as it should be. */
  readonly unsigned?: string;
}

/** A status, or anything at all with the response (never ending it is a hang). */
type Answer = number | ((response: ServerResponse, delivery: Delivery) => unknown);

export interface Receivers {
  readonly origin: string;
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  url(name: string): string;
  on(name: string, script: (delivery: Delivery) => Answer | undefined): void;
  /** Of one transaction, in order of arrival. */
  of(transactionId: string): Delivery[];
  close(): Promise<void>;
}

export async function startReceivers(secret: string, port = 0): Promise<Receivers> {
  const webhook = new Webhook(secret);
  const deliveries: Delivery[] = [];
  const scripts = new Map<string, (delivery: Delivery) => Answer | undefined>();
  const server = await listenHttp((request, response) => {
    void textOf(request).then(text => {
      const [, name = ''] = (request.url ?? '').split('/');
      const id = String(request.headers['webhook-id']);
      const nth = deliveries.filter(each => each.name === name && each.id === id).length + 1;
      const body = JSON.parse(text) as Pick<Delivery, 'type' | 'timestamp' | 'data'>;
      const { headers } = request;
      const why = whyUnsigned(webhook, text, headers);
      const about = { name, id, headers, text, nth, at: Date.now(), ...body };
      const delivery: Delivery = { ...about, ...(why === undefined ? {} : { unsigned: why }) };
      deliveries.push(delivery);
      const answer = scripts.get(name)?.(delivery) ?? 204;
      if (typeof answer === 'function') answer(response, delivery);
      else response.writeHead(answer).end();
    });
  }, port);
  return {
    origin: server.origin,
    port: server.port,
    deliveries,
    url: name => `${server.origin}/${name}/told?key=k`,
    on: (name, script) => void scripts.set(name, script),
    of: id => deliveries.filter(({ headers }) => headers['transaction-id'] === id),
    close: () => server.close(),
  };
}

function whyUnsigned(
  webhook: Webhook,
  text: string,
  headers: IncomingMessage['headers'],
): string | undefined {
  try {
    webhook.verify(text, headers as Record<string, string>);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
