/**
 * Owns one request and its answer, and what is known of a request without one: whether it may have arrived. Redirects are not followed: a
 * coordinator sends none, and the token is for nobody else.
 */
import { membersOf } from '../protocol/wire/shapes';
import { NoAnswer, NoToken } from './errors';
import { refusalOf, unexpected } from './problems';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the coordinator's URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, as it is sent. */
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** As parsed; undefined where there was none. */
  readonly body: unknown;
}

export interface Http {
  /** The whole answer to a request that succeeded. @throws CoordinatorError, or the signal's reason */
  answer(asked: Asked, signal: AbortSignal): Promise<Answer>;
  /** The answer to one that succeeded, its body yet to be read. @throws as `answer` */
  open(asked: Asked, signal: AbortSignal): Promise<Response>;
  /** An error for an answer that has not the shape of what was asked for. */
  notOurs(asked: Asked, answer: Answer): Error;
}

export type Token = string | (() => string | Promise<string>);

interface Options {
  readonly url: string;
  readonly token?: Token | undefined;
}

export function createHttp({ url, token }: Options): Http {
  const base = url.replace(/\/+$/, '');
  const nameOf = ({ method, path }: Asked): string => `${method} ${base}${path}`;

  async function open(asked: Asked, signal: AbortSignal): Promise<Response> {
    const { method, path, query = {}, body } = asked;
    const search = new URLSearchParams(query).toString();
    const headers = { ...asked.headers, ...(await authorization(token)), ...contentType(body) };
    const init = {
      method,
      headers,
      signal,
      redirect: 'manual' as const,
      ...(body === undefined ? {} : { body }),
    };
    const response = await fetch(base + path + (search === '' ? '' : `?${search}`), init).catch(
      (cause: unknown) => {
        throw failed(nameOf(asked), { signal, cause, wasSent: maybeSent(cause) });
      },
    );
    if (response.ok) return response;
    throw refusalOf(response, await textOf(response, nameOf(asked), signal), nameOf(asked));
  }

  return {
    open,
    answer: async (asked, signal) => {
      const response = await open(asked, signal);
      const { status, headers } = response;
      const text = await textOf(response, nameOf(asked), signal);
      try {
        return { status, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      } catch {
        throw unexpected({ status, headers }, text, nameOf(asked));
      }
    },
    notOurs: (asked, { status, headers, body }) =>
      unexpected({ status, headers }, body === undefined ? '' : JSON.stringify(body), nameOf(asked)),
  };
}

async function authorization(token: Token | undefined): Promise<Readonly<Record<string, string>>> {
  if (token === undefined) return {};
  return { authorization: `Bearer ${await tokenOf(token)}` };
}

async function tokenOf(token: Token): Promise<string> {
  if (typeof token === 'string') return token;
  const made = await Promise.resolve()
    .then(token)
    .catch((cause: unknown) => {
      throw new NoToken('the function that gives the token failed', { cause });
    });
  if (isToken(made)) return made;
  throw new NoToken(`the function that gives the token gave something else (not shown): it ${tokenForm}`);
}

export const tokenForm = 'must be printable ASCII without blanks';

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

function contentType(body: string | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** @throws NoAnswer where it is cut off: what was asked for may have been done. */
function textOf(response: Response, asked: string, signal: AbortSignal): Promise<string> {
  return response.text().catch((cause: unknown) => {
    throw failed(asked, { signal, cause, wasSent: true });
  });
}

interface Failure {
  readonly signal: AbortSignal;
  readonly cause: unknown;
  readonly wasSent: boolean;
}

/** What is thrown where `cause` came instead of an answer: the reason of whoever aborted it, or that there is none. */
export function failed(asked: string, { signal, cause, wasSent }: Failure): unknown {
  if (!signal.aborted) return new NoAnswer(`${asked}: ${reasonOf(cause)}`, { wasSent, cause });
  const { reason } = signal as { readonly reason: unknown };
  return reason instanceof NoAnswer ? new NoAnswer(`${asked}: ${reason.message}`, { wasSent: true }) : reason;
}

/** What `fetch` rejects with says "fetch failed", and its cause why. */
function reasonOf(error: unknown): string {
  const { cause } = membersOf(error);
  const { message, code } = membersOf(cause ?? error);
  return [code, message].filter(each => typeof each === 'string' && each !== '').join(' ') || String(error);
}

/** False only where no connection was made: the name was not found, nobody took it, or `fetch` goes to no such port (the Fetch standard, "bad port"). */
export function maybeSent(error: unknown): boolean {
  const { cause } = membersOf(error);
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.some(isAfterConnect);
  return isAfterConnect(cause);
}

function isAfterConnect(error: unknown): boolean {
  const { syscall, code, message } = membersOf(error);
  return !(
    message === 'bad port' ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  );
}
