/**
 * Owns participants for tests: one real HTTP server with any number of named participants at `/<name>/<phase>`. By default
 * each says yes and acknowledges; a test scripts what one answers to its nth request of a phase. All requests are recorded.
 */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Phase } from '../../src/protocol/wire/phases';
import { listenHttp } from './listening';

export interface Received {
  readonly name: string;
  readonly phase: Phase;
  readonly transactionId: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  /** 1 for the first request of this participant, phase and transaction. */
  readonly nth: number;
  readonly at: number;
}

/** Answers by hand: a status, or anything at all with the response (never ending it is a hang). */
export type Answer = number | ((response: ServerResponse, received: Received) => unknown);
export type Script = (received: Received) => Answer | undefined;

export interface Participants {
  readonly origin: string;
  readonly received: readonly Received[];
  /** The prepare URL of a participant. */
  url(name: string): string;
  /** Scripts one participant; undefined from the script means the default, 200. */
  on(name: string, script: Script): void;
  /** `prepare,commit` of one participant in one transaction, in order of arrival. */
  phases(transactionId: string, name: string): Phase[];
  requests(transactionId: string, name?: string, phase?: Phase): Received[];
  close(): Promise<void>;
}

export async function startParticipants(port = 0): Promise<Participants> {
  const received: Received[] = [];
  /** Under load there are tens of thousands. */
  const ofTransaction = new Map<string, Received[]>();
  const scripts = new Map<string, Script>();
  const server = await listenHttp((request, response) => {
    void readBody(request).then(text => {
      const [, name = '', phase = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
      const body = JSON.parse(text) as Record<string, unknown>;
      const transactionId = String(body['transactionId']);
      const its = ofTransaction.get(transactionId) ?? [];
      const nth = its.filter(r => r.name === name && r.phase === phase).length + 1;
      const one: Received = {
        name,
        phase: phase as Phase,
        transactionId,
        headers: request.headers,
        body,
        nth,
        at: Date.now(),
      };
      received.push(one);
      ofTransaction.set(transactionId, [...its, one]);
      answer(response, one, scripts.get(name)?.(one) ?? 200);
    });
  }, port);
  const { origin } = server;
  const requests = (id: string, name?: string, phase?: Phase): Received[] =>
    (ofTransaction.get(id) ?? []).filter(
      r => (name === undefined || r.name === name) && (phase === undefined || r.phase === phase),
    );
  return {
    origin,
    received,
    url: name => `${origin}/${name}/prepare`,
    on: (name, script) => void scripts.set(name, script),
    phases: (id, name) => requests(id, name).map(r => r.phase),
    requests,
    close: () => server.close(),
  };
}

function answer(response: ServerResponse, received: Received, how: Answer): void {
  if (typeof how === 'function') {
    how(response, received);
    return;
  }
  response.statusCode = how;
  response.end(how === 204 ? undefined : '{}');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** A script that answers the same to every request of a phase. */
export function always(phase: Phase, how: Answer): Script {
  return received => (received.phase === phase ? how : undefined);
}

export const hang: Answer = () => undefined;
