/**
 * Owns one HTTP request to the participant, as the coordinator makes it: never repeated, no redirect followed, a time limit
 * over all of it, an answer of bounded size. Whatever happens is a reply, never an exception.
 */
import { Agent, type Dispatcher, request } from 'undici';
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';

const maxAnswerBytes = 64 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

export interface Http {
  send(request: HttpRequest): Promise<Reply>;
  close(): Promise<void>;
}

export function openHttp(timeoutMs: Ms): Http {
  const agent = new Agent();
  return {
    send: async ({ url, ...rest }) => {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const headers = { 'accept-encoding': 'identity', ...rest.headers };
        return await replyOf(await request(url, { ...rest, headers, signal, dispatcher: agent }));
      } catch (error) {
        return replyOfError(error, timeoutMs);
      }
    },
    close: () => agent.destroy(),
  };
}

async function replyOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) return tooLarge; // leaving the loop ends the connection
    chunks.push(chunk);
  }
  const seconds = Number(headers['retry-after'] ?? NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
  return { kind: 'answer', status: statusCode, body: Buffer.concat(chunks).toString('utf8'), ...wait };
}

const tooLarge: Reply = {
  kind: 'malformed',
  code: 'tooLarge',
  message: `an answer larger than ${maxAnswerBytes} bytes`,
};

const noConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function replyOfError(error: unknown, timeoutMs: Ms): Reply {
  const { name, code, message } = Object(error) as Partial<Record<'name' | 'code' | 'message', string>>;
  if (name === 'TimeoutError')
    return { kind: 'lost', code: 'timeout', message: `no whole answer within ${timeoutMs} ms` };
  if (noConnection.has(code ?? ''))
    return { kind: 'notSent', code: 'connection', message: `no connection (${code ?? ''})` };
  if (name === 'HTTPParserError')
    return { kind: 'malformed', code: 'brokenHttp', message: 'an answer that is not valid HTTP' };
  return {
    kind: 'lost',
    code: 'cutOff',
    message: `the connection ended (${code ?? message ?? 'no reason'})`,
  };
}
