/** Owns a server that answers a client as a test scripts it, request by request: where the fault of an answer is the point. */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { listenHttp } from '../support/listening';

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: number;
}

/** Answers the nth request (1, 2, …). */
export type ScriptedAnswer = (response: ServerResponse, heard: Heard, nth: number) => unknown;

export interface Scripted {
  readonly url: string;
  readonly heard: readonly Heard[];
  readonly close: () => Promise<void>;
}

/** @param answers one a request; the last goes on */
export async function startScripted(...answers: readonly ScriptedAnswer[]): Promise<Scripted> {
  const heard: Heard[] = [];
  const server = await listenHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body, at: performance.now() };
      heard.push(one);
      answers[Math.min(heard.length, answers.length) - 1]?.(response, one, heard.length);
    });
  });
  return { url: server.origin, heard, close: () => server.close() };
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ScriptedAnswer {
  return response =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function problem(
  status: number,
  name: string,
  {
    headers = {},
    ...members
  }: { readonly headers?: Readonly<Record<string, string>>; readonly [member: string]: unknown } = {},
): ScriptedAnswer {
  const body = { type: `/problems/${name}`, title: name, status, detail: 'as scripted', ...members };
  return json(status, body, { 'content-type': 'application/problem+json; charset=utf-8', ...headers });
}

/** The connection ends where the answer should be. */
export const cutOff: ScriptedAnswer = response => response.socket?.resetAndDestroy();

export const committed = {
  id: 'abct1',
  status: 'committed',
  state: 'committed',
  decision: 'commit',
  needsAttention: false,
  createdAt: '2026-11-24T10:22:00.305Z',
  decideBy: '2026-11-24T10:23:00.305Z',
  endedAt: '2026-11-24T10:22:00.605Z',
  participants: [],
} as const;
