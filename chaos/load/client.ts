/**
 * Owns what a client of a run does over HTTP, and writes down: every request with what came back. It has nothing of the project's own client,
 * which repairs what is to be seen here.
 */
import { createParser } from 'eventsource-parser';
import { type Order, type Seen } from '../evidence';
import { type Recorder } from '../recorder';

export interface Api {
  readonly name: string;
  readonly url: string;
}

export interface Answer {
  readonly http?: number;
  readonly problem?: string;
  readonly id?: string;
  readonly seen?: Seen;
}

const giveUpAfterMs = 12_000;

export class Client {
  readonly #recorder: Recorder;
  #streams = 0;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  async start(api: Api, { order, key }: Order, body: object): Promise<Answer> {
    const askedAt = Date.now();
    const headers = {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const answer = await ask(`${api.url}/transactions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    this.#recorder.record({
      kind: 'start',
      ...{ askedAt, order, api: api.name },
      ...answer,
    });
    return answer;
  }

  async read(api: Api, id: string): Promise<Answer> {
    const askedAt = Date.now();
    const { id: _, ...answer } = await ask(`${api.url}/transactions/${id}`, {});
    this.#recorder.record({ kind: 'read', ...{ askedAt, id, api: api.name }, ...answer });
    return answer;
  }

  /** Of which the effect is seen in what is read. */
  async abort(api: Api, id: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await ask(`${api.url}/transactions/${id}/abort`, { method: 'POST', headers, body: '{"reason":"chaos"}' });
  }

  /** Until the stream ends, breaks or is told to. */
  async watch(api: Api, id: string, signal: AbortSignal): Promise<void> {
    const stream = (this.#streams += 1);
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event !== 'transaction' && event !== 'end') return;
        const seen = seenIn(JSON.parse(data) as Document);
        this.#recorder.record({ kind: 'event', stream, id, event, seen });
      },
    });
    try {
      const response = await fetch(`${api.url}/transactions/${id}/events`, { signal });
      if (response.status !== 200 || response.body === null) {
        await response.body?.cancel();
        return;
      }
      const decoder = new TextDecoder();
      for await (const chunk of response.body)
        parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch {
      // it broke, which says nothing of the transaction
    }
  }
}

interface Document {
  readonly id?: string;
  readonly status: string;
  readonly state?: string;
  readonly decision?: string | null;
  readonly endedAt?: string;
  readonly heuristic?: string;
}

/** Of a document, or of the last event, which has less. */
export function seenIn({ status, state = status, decision = null, endedAt, heuristic }: Document): Seen {
  return {
    status,
    state,
    decision,
    ended: endedAt !== undefined,
    ...(heuristic === undefined ? {} : { heuristic }),
  };
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(giveUpAfterMs) });
    return answerOf(response.status, response.headers.get('location'), await response.text());
  } catch {
    return {}; // no answer: whatever was asked may have happened
  }
}

function answerOf(http: number, location: string | null, text: string): Answer {
  const id = location?.split('/').at(-1);
  const body = parsed(text);
  if (body === undefined) return { http, ...(id === undefined ? {} : { id }) };
  if (http < 300) return { http, id: body.id ?? id ?? '', seen: seenIn(body) };
  return { http, problem: body.type?.split('/').at(-1) ?? '', ...(id === undefined ? {} : { id }) };
}

function parsed(text: string): (Document & { readonly type?: string }) | undefined {
  try {
    return JSON.parse(text) as Document & { readonly type?: string };
  } catch {
    return undefined; // not ours
  }
}
