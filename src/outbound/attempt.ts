/**
 * Owns one request from its hand-over to undici until undici is done with it, and the one reply that comes of it.
 *
 * undici calls `onRequestStart` once, in the same step in which it writes the request to a connected socket, and never
 * writes a request without it. So a request that fails before was certainly not sent (I3), and the last look at
 * `notAfter` (I4) and `mayBeTaken` takes place there. A request that was given up while its connection was made is stopped there too.
 */
import { type IncomingHttpHeaders } from 'node:http';
import { type Dispatcher } from 'undici';
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';
import { retryAfterMs } from '../protocol/wire/retryAfter';
import { type OutboundRequest } from './contract';
import { outcomeOf, type Progress } from './outcomes';
import { doubtAbout } from './voteBody';
import { given } from '../protocol/wire/given';

export interface AnswerLimits {
  readonly maxBodyBytes: number;
  readonly maxHeaderCount: number;
  /** How long the rest of an answer whose status line was enough may take. */
  readonly drainMs: Ms;
}

type Controller = Dispatcher.DispatchController;

/** Why undici is told to stop; nobody reads it, as the reply is made before. */
const stop = new Error('stopped');

export const pastDeadline: Reply = {
  kind: 'notSent',
  code: 'deadline',
  message: 'its time had passed before it was sent',
};

const taken: Reply = {
  kind: 'notSent',
  code: 'busy',
  message: 'waits for its turn: the worker stood still, and another may have it now',
};

export class Attempt implements Dispatcher.DispatchHandler {
  readonly reply: Promise<Reply>;
  /** The request holds no connection any more. */
  readonly over: Promise<void>;
  readonly #request: OutboundRequest;
  readonly #limits: AnswerLimits;
  readonly #timer: NodeJS.Timeout;
  #resolveReply!: (reply: Reply) => void;
  #resolveOver!: () => void;
  #replied = false;
  #progress: Progress = 'notSent';
  #controller: Controller | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #size = 0;
  #chunks: Buffer[] = [];

  constructor(request: OutboundRequest, limits: AnswerLimits) {
    this.#request = request;
    this.#limits = limits;
    this.reply = new Promise(resolve => (this.#resolveReply = resolve));
    this.over = new Promise(resolve => (this.#resolveOver = resolve));
    this.#timer = setTimeout(this.#onTimeout, request.timeoutMs);
    request.signal.addEventListener('abort', this.#onCancel);
    if (request.signal.aborted) this.#onCancel();
    else this.#settleIfTooLate();
  }

  /** There is a reply: it need not be handed over at all. */
  get replied(): boolean {
    return this.#replied;
  }

  onRequestStart(controller: Controller): void {
    this.#settleIfTooLate();
    if (this.#replied) {
      controller.abort(stop);
      return;
    }
    this.#controller = controller;
    this.#progress = 'sent';
  }

  /** Also called for interim answers (1xx), which are none. */
  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#progress = 'headersRead';
    this.#status = status;
    this.#headers = headers;
    if (headerCount(controller) > this.#limits.maxHeaderCount) this.#cut(tooManyHeaders);
    else if (this.#request.readBody === false) this.#replyAndDrain();
    else if (this.#request.readBody === 'toShow') this.#replySoon();
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#limits.maxBodyBytes)
      this.#cut(this.#unlessAnswered(tooLarge(this.#limits.maxBodyBytes)));
    else if (this.#request.readBody !== false) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle(this.#wholeAnswer());
    this.#end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.fail(error);
  }

  /** undici is done with it, without a whole answer. */
  fail(error: unknown): void {
    this.#settle(this.#unlessAnswered(outcomeOf(error, this.#progress)));
    this.#end();
  }

  #settleIfTooLate(): void {
    const { notAfter = Infinity, mayBeTaken } = this.#request;
    if (Date.now() > notAfter) this.#settle(pastDeadline);
    else if (mayBeTaken?.() === true) this.#settle(taken);
  }

  #onTimeout = (): void => {
    const within = `within ${this.#request.timeoutMs} ms`;
    if (this.#progress === 'notSent') {
      this.#cut({ kind: 'notSent', code: 'connection', message: `no connection was made ${within}` });
    } else {
      this.#cut(
        this.#unlessAnswered({ kind: 'lost', code: 'timeout', message: `no whole answer ${within}` }),
      );
    }
  };

  #onCancel = (): void => {
    const kind = this.#progress === 'notSent' ? 'notSent' : 'lost';
    this.#cut(this.#unlessAnswered({ kind, code: 'cancelled', message: 'cancelled' }));
  };

  #replyAndDrain(): void {
    this.#settle(this.#answer());
    this.#drainTimer = setTimeout(() => this.#controller?.abort(stop), this.#limits.drainMs);
  }

  #replySoon(): void {
    this.#drainTimer = setTimeout(() => {
      this.#cut(this.#answer());
    }, this.#limits.drainMs);
  }

  /** Where the status line alone counts, it does so whatever becomes of the body. */
  #unlessAnswered(reply: Reply): Reply {
    const answered = this.#request.readBody === 'toShow' && this.#progress === 'headersRead';
    return answered ? this.#answer() : reply;
  }

  #answer(): Reply {
    const wait = retryAfterMs(this.#headers['retry-after'], Date.now());
    return { kind: 'answer', status: this.#status, ...given({ retryAfterMs: wait }) };
  }

  #wholeAnswer(): Reply {
    const body = new TextDecoder().decode(Buffer.concat(this.#chunks)); // leaves out a byte order mark
    const doubt = this.#status === 200 ? doubtAbout(this.#headers, body) : undefined;
    if (doubt !== undefined) return this.#unlessAnswered(doubt);
    return { ...this.#answer(), ...(body === '' ? {} : { body }) };
  }

  /** Only the first reply counts. */
  #settle(reply: Reply): void {
    if (this.#replied) return;
    this.#replied = true;
    clearTimeout(this.#timer);
    this.#request.signal.removeEventListener('abort', this.#onCancel);
    this.#resolveReply(reply);
    if (this.#progress === 'notSent') this.#end(); // what remains of it is stopped in onRequestStart
  }

  #cut(reply: Reply): void {
    this.#settle(reply);
    this.#controller?.abort(stop);
  }

  #end(): void {
    clearTimeout(this.#drainTimer);
    this.#chunks = [];
    this.#resolveOver();
  }
}

const tooManyHeaders: Reply = {
  kind: 'malformed',
  code: 'brokenHttp',
  message: 'the answer has too many headers',
};

function tooLarge(limit: number): Reply {
  return { kind: 'malformed', code: 'tooLarge', message: `the answer is larger than ${limit} bytes` };
}

function headerCount({ rawHeaders }: Controller): number {
  return Array.isArray(rawHeaders) ? rawHeaders.length / 2 : 0;
}
