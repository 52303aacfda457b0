/**
 * Owns the way to the API: the client of `./client` with the token that was pasted. The token is kept in memory, in session storage where that was
 * asked for, and nowhere else: in no address, no log and no cookie.
 */
import { createClient } from '../src/client/client';
import { type Client } from '../src/client/contract';
import { type Http, createHttp, isToken } from '../src/client/http';
import { type ConsoleFacts } from '../src/protocol/client/console';

export interface Session {
  readonly client: Client;
  readonly http: Http;
  readonly token: string | undefined;
}

/** Known once the server has said who asks. */
export interface Known extends Session {
  readonly facts: ConsoleFacts;
}

/** Of a page a person looks at: an error that shows is worth more than a minute of silence. */
const timeoutMs = 10_000;
const storedAs = 'coordinator-token';

/** The page is at `<API>/console/`, wherever a proxy has put that. */
export function apiUrl(): string {
  return new URL('..', `${window.location.origin}${window.location.pathname}`).href.replace(/\/$/, '');
}

export function openSession(token?: string): Session {
  const options = { url: apiUrl(), token };
  return { client: createClient({ ...options, timeoutMs }), http: createHttp(options), token };
}

export function storedToken(): string | undefined {
  const token = window.sessionStorage.getItem(storedAs);
  return isToken(token) ? token : undefined;
}

/** @param isKept for as long as the tab is open, over a reload */
export function keepToken(token: string, isKept: boolean): void {
  if (isKept) window.sessionStorage.setItem(storedAs, token);
  else window.sessionStorage.removeItem(storedAs);
}

export function forgetToken(): void {
  window.sessionStorage.removeItem(storedAs);
}

export async function factsOf({ http }: Session, signal: AbortSignal): Promise<ConsoleFacts> {
  const { body } = await http.answer({ method: 'GET', path: '/console/about' }, signal);
  return body as ConsoleFacts;
}

export function isOperator({ facts }: Pick<Known, 'facts'>): boolean {
  return facts.caller.role === 'operator';
}
