/**
 * Owns asking the participant until it answers: what says "not now" (`408`, `425`, `429`, `5xx`, no answer) is asked again,
 * later and later, as the coordinator does (PROTOCOL §2), and never taken for a wrong answer. Who stays unavailable fails the
 * check, with that reason.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outbound, type OutboundRequest } from '../outbound/contract';
import { type Reply, readVote } from '../protocol/wire/answers';
import { backoffMs } from '../protocol/wire/backoff';
import { type Ms } from '../protocol/wire/phases';
import { shortened } from '../protocol/wire/shortened';
import { redactUrl } from '../protocol/wire/urls';
import { CheckFailed } from './contract';

/** What a check words of a request. It has no `notAfter`: some prepares are to come too late. */
export type Wording = Omit<OutboundRequest, 'timeoutMs' | 'signal' | 'notAfter'>;

/** One request and its reply, for a decision and for people. */
export interface Asked {
  readonly sent: string;
  readonly reply: Reply;
}

const attempts = 5;
/** Of what has just stayed unavailable: a participant that hangs is not waited for at full length in every check. */
const attemptsThen = 2;
const backoff = { initialMs: 100, maxMs: 2000 };
const shownCharacters = 600;

export class Asker {
  readonly #outbound: Outbound;
  readonly #timeoutMs: Ms;
  /** Endpoints that did not answer when last asked, by URL without query. */
  readonly #silent = new Set<string>();

  constructor(outbound: Outbound, timeoutMs: Ms) {
    this.#outbound = outbound;
    this.#timeoutMs = timeoutMs;
  }

  /** Once. Never rejects: whatever happens is a reply. */
  send(wording: Wording): Promise<Reply> {
    const { signal } = new AbortController(); // nothing cuts a request off but its timeout
    return this.#outbound.send({ ...wording, timeoutMs: this.#timeoutMs, signal });
  }

  /**
   * @param make each attempt has a signature of its own time; all else is the same (I7).
   * @throws StaysUnavailable
   */
  async ask(make: () => Wording): Promise<Asked> {
    const endpoint = redactUrl(make().url);
    const most = this.#silent.has(endpoint) ? attemptsThen : attempts;
    for (let attempt = 1; ; attempt++) {
      const request = make();
      const reply = await this.send(request);
      const asked = { sent: describeRequest(request), reply };
      if (!isUnavailable(reply)) {
        this.#silent.delete(endpoint);
        return asked;
      }
      if (attempt === most) {
        this.#silent.add(endpoint);
        throw unavailable(asked, attempt);
      }
      await sleep(backoffMs(attempt, backoff, Math.random(), retryAfterOf(reply)));
    }
  }
}

/** The column "to prepare" calls unavailable what the other two retry because it may pass. */
function isUnavailable(reply: Reply): boolean {
  return readVote(reply).is === 'unavailable';
}

function retryAfterOf(reply: Reply): number {
  return reply.kind === 'answer' ? (reply.retryAfterMs ?? 0) : 0;
}

/** Still unavailable after every attempt: not wrong, but nothing can be said of it. */
export class StaysUnavailable extends CheckFailed {}

function unavailable({ sent, reply }: Asked, times: number): StaysUnavailable {
  const came = `${describeReply(reply)}, ${times} times in a row`;
  return new StaysUnavailable({ sent, came, expected: 'an answer: it stays unavailable' });
}

function describeRequest({ method = 'POST', url, body }: Wording): string {
  return `${method} ${redactUrl(url)}${body === '' ? '' : ` ${shortened(body, shownCharacters)}`}`;
}

export function describeReply(reply: Reply): string {
  if (reply.kind !== 'answer') return reply.message;
  return reply.body === undefined || reply.body === ''
    ? String(reply.status)
    : `${reply.status} ${shortened(reply.body.replaceAll(/\s+/g, ' '), shownCharacters)}`;
}
