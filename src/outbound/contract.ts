/** Owns what the rest of the program may ask of outbound HTTP. */
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';

export interface OutboundRequest {
  /** `POST` unless given. */
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; empty for a `GET`. */
  readonly body: string;
  readonly timeoutMs: Ms;
  /** Cuts the request off; the reply then has code `cancelled`. */
  readonly signal: AbortSignal;
  /** Not sent after this instant (checked right before sending, I4): the reply then has code `deadline`. */
  readonly notAfter?: Ms;
  /** Asked right before sending. Where it may be somebody else's by now, it is not sent: the reply then has code `busy`. */
  readonly mayBeTaken?: () => boolean;
  /**
   * Read the whole answer (a vote), within the size limit; else the status line alone counts (PROTOCOL §2). `toShow`: it alone
   * counts, and the body is there for people where all of it comes soon.
   */
  readonly readBody: boolean | 'toShow';
  /** What the signature is made of, where that is not `body` and the time of sending. */
  readonly signed?: Signed | 'not';
}

export interface Signed {
  readonly body: string;
  readonly at: Ms;
  /** The URL whose participant it is meant for, where that is not the one that it is sent to. */
  readonly for?: string;
}

export interface Outbound {
  /** Why this URL may not be called, before anything is started; undefined where it may. A name is judged again at connect time. */
  check(url: string): string | undefined;
  /** Never rejects: whatever happens is a reply. */
  send(request: OutboundRequest): Promise<Reply>;
  /**
   * For who was told `busy` and comes again in `ms`: `call` is called once, where there is a place at that URL's host before. In
   * order of those who were turned away.
   */
  callBack(url: string, ms: Ms, call: () => void): void;
  /** Requests under way now, by host (`hostOf`). */
  inFlight(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}
