/** Owns one connection of Server-Sent Events: from its request until it closes, is cut off, or has been silent for too long. */
import { createParser } from 'eventsource-parser';
import { type Ms } from '../protocol/wire/phases';
import { NoAnswer } from './errors';
import { type Asked, type Http, failed } from './http';

export interface EventTimes {
  /** For the answer to begin. */
  readonly openMs: Ms;
  /** Comments come every 15 s: a connection that brings nothing for so long is none any more. */
  readonly silentMs: Ms;
}

export interface Told {
  /** `gone`: it has had everything, and need not come again (`204`). */
  readonly event: string;
  readonly id?: string | undefined;
  readonly data: string;
}

interface Connecting extends EventTimes {
  readonly signal?: AbortSignal | undefined;
  /** How long the server wants it to stay away between two connections. */
  readonly onRetry: (ms: Ms) => void;
  /** Something has come, if only a comment: the coordinator is there. */
  readonly onHeard: () => void;
}

/** Ends where the server closes the connection. @throws as `Http` does */
export async function* eventsOf(
  http: Http,
  asked: Asked,
  { signal, openMs, silentMs, onRetry, onHeard }: Connecting,
): AsyncGenerator<Told, undefined> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const leave = (): void => {
    ending.abort(signal?.reason);
  };
  signal?.addEventListener('abort', leave);
  const patience = silenceTimer(ms => {
    ending.abort(new NoAnswer(`nothing came for ${ms} ms`, { wasSent: true }));
  });
  try {
    patience.start(openMs);
    const response = await http.open(asked, ending.signal);
    if (response.status === 204) {
      yield { event: 'gone', data: '' };
      return undefined;
    }
    if (!isEventStream(response)) throw http.notOurs(asked, { ...partsOf(response), body: undefined });
    const told: Told[] = [];
    const parser = createParser({
      onEvent: ({ event = 'message', id, data }) => told.push({ event, id, data }),
      onRetry,
    });
    const decoder = new TextDecoder();
    patience.start(silentMs);
    for await (const bytes of bytesOf(response, asked, ending.signal)) {
      patience.stop(); // it is the reader now who is waited for
      onHeard();
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* told.splice(0);
      patience.start(silentMs);
    }
    return undefined;
  } finally {
    patience.stop();
    signal?.removeEventListener('abort', leave);
    ending.abort();
  }
}

async function* bytesOf(response: Response, asked: Asked, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    if (response.body !== null) yield* chunksOf(response.body.getReader());
  } catch (error) {
    throw failed(`${asked.method} ${asked.path}`, { signal, cause: error, wasSent: true });
  }
}

/** Not every browser can be told to iterate a stream. */
async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function isEventStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/.test(headers.get('content-type') ?? '');
}

function partsOf({ status, headers }: Response): Pick<Response, 'status' | 'headers'> {
  return { status, headers };
}

interface SilenceTimer {
  start(ms: Ms): void;
  stop(): void;
}

function silenceTimer(over: (ms: Ms) => void): SilenceTimer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
  };
  return {
    stop,
    start: ms => {
      stop();
      timer = setTimeout(over, ms, ms);
    },
  };
}
