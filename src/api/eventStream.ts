/**
 * Owns an answer that goes on: Server-Sent Events (the HTML standard, §9.2). Nothing is kept for a reader who is slow: the next event is
 * made once the last has left, and whoever does not read for long is cut off, after the end too. So is, in order, whoever has read for an
 * hour: the client comes again, perhaps to another process, and shows its token again. No timer outlasts the answer.
 */
import { once } from 'node:events';
import { type Response } from 'express';
import { plainJson } from '../protocol/wire/plainText';
import { type Ms } from '../protocol/wire/phases';

interface Times {
  /** A comment each so often: proxies cut what is silent. */
  readonly beatMs: Ms;
  /** For a reader to take what has been written. */
  readonly patienceMs: Ms;
  readonly longestMs: Ms;
}

const asShipped: Times = { beatMs: 15_000, patienceMs: 30_000, longestMs: 3_600_000 };

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform', // a proxy that compresses would keep events back
  'x-accel-buffering': 'no',
};

export class EventStream {
  readonly #response: Response;
  readonly #patienceMs: Ms;
  #beat: NodeJS.Timeout | undefined;
  #last: NodeJS.Timeout | undefined;

  constructor(response: Response, { beatMs, patienceMs, longestMs }: Times = asShipped) {
    this.#response = response;
    this.#patienceMs = patienceMs;
    if (response.closed) return; // whoever asked has gone meanwhile: that is not said again
    response.once('close', () => {
      this.#stopTimers();
    });
    response.set(headers);
    response.flushHeaders();
    this.#beat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(':\n\n');
    }, beatMs);
    this.#last = setTimeout(() => {
      this.end();
    }, longestMs);
  }

  /** Resolves when there is room for the next; false where nobody reads any more. */
  send({ event, id, data }: ServerEvent): Promise<boolean> {
    return this.#write(`event: ${event}\nid: ${id}\ndata: ${plainJson(JSON.stringify(data))}\n\n`);
  }

  /** How long the client is to wait before it comes again. */
  comeAgainAfter(ms: Ms): Promise<boolean> {
    return this.#write(`retry: ${ms}\n\n`);
  }

  /** What was written is yet to be read. */
  end(): void {
    const response = this.#response;
    if (response.writableEnded || response.closed) return;
    this.#stopTimers();
    this.#last = setTimeout(() => response.destroy(), this.#patienceMs);
    response.end();
  }

  #stopTimers(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#last);
  }

  async #write(text: string): Promise<boolean> {
    const response = this.#response;
    const isOpen = (): boolean => !response.writableEnded && !response.destroyed;
    if (isOpen() && !response.write(text)) await this.#drained();
    return isOpen();
  }

  async #drained(): Promise<void> {
    const response = this.#response;
    const over = new AbortController();
    const giveUp = (): void => {
      over.abort();
    };
    const timer = setTimeout(giveUp, this.#patienceMs);
    response.once('close', giveUp);
    try {
      await once(response, 'drain', { signal: over.signal });
    } catch {
      response.destroy();
    } finally {
      clearTimeout(timer);
      response.off('close', giveUp);
    }
  }
}
