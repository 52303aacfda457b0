/**
 * Owns the ways to a participant: a function of the service (what `fetch` takes and gives, as the kit's `participant.handle`), or real
 * HTTP as the coordinator sends it. Both give what the coordinator makes of the answer.
 */
import ipaddr from 'ipaddr.js';
import { createOutbound } from '../outbound';
import { type Outbound } from '../outbound/contract';
import { doubtAbout } from '../outbound/voteBody';
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';

/** Takes one request of the coordinator's, and answers it. */
export type Handler = (request: Request) => Response | Promise<Response>;

export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly readBody: boolean;
}

/** Never rejects. */
export type Receiver = (delivery: Delivery) => Promise<Reply>;

export function inProcess(handler: Handler): Receiver {
  return async ({ url, headers, body, readBody }) => {
    try {
      const response = await handler(new Request(url, { method: 'POST', headers, body }));
      return await replyOf(response, readBody);
    } catch {
      return { kind: 'answer', status: 500 }; // as of a server whose handler throws
    }
  };
}

async function replyOf(response: Response, readBody: boolean): Promise<Reply> {
  const { status } = response;
  if (!readBody || status !== 200) return { kind: 'answer', status };
  const body = await response.text();
  const headers = { 'content-length': String(body.length), ...Object.fromEntries(response.headers) };
  return doubtAbout(headers, body) ?? { kind: 'answer', status, body };
}

const everywhere = ['0.0.0.0/0', '::/0'].map(
  cidr => ({ kind: 'range', range: ipaddr.parseCIDR(cidr) }) as const,
);

/** @param timeoutMs of the process's own time */
export function overHttp(timeoutMs: Ms): { readonly receive: Receiver; readonly close: () => Promise<void> } {
  let outbound: Outbound | undefined;
  return {
    receive: delivery => {
      outbound ??= createOutbound({ allowed: everywhere });
      return outbound.send({ ...delivery, timeoutMs, signal: new AbortController().signal });
    },
    close: async () => {
      await outbound?.close();
      outbound = undefined;
    },
  };
}
