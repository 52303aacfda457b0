/** Owns one call of the client: its requests, repeated where that is safe, and that the answer is what was asked for. */
import { type TransactionDocument } from '../protocol/client/document';
import { documentFrom } from '../protocol/client/documentFrom';
import { type Ms } from '../protocol/wire/phases';
import { type CallOptions } from './contract';
import { NoAnswer, ProblemError } from './errors';
import { type Answer, type Asked, type Http } from './http';
import { type Patience, repeated } from './patience';

/** What every call has at hand. */
export interface Calls {
  readonly http: Http;
  /** Of calls that name none. */
  readonly timeoutMs: Ms;
}

/** A read is answered within a second or so; a change may have to wait for its turn. */
const readMs = 10_000;
const changeMs = 30_000;

/** Whatever is read may be read again, and what changes has to be harmless when it is done twice. */
export function repeatable(
  calls: Calls,
  asked: Asked,
  options: CallOptions & { readonly attemptMs?: Ms } = {},
): Promise<Answer> {
  const attemptMs = options.attemptMs ?? (asked.method === 'GET' ? readMs : changeMs);
  const attempt = (signal: AbortSignal): Promise<Answer> => calls.http.answer(asked, signal);
  return repeated({ ...boundsOf(calls, options), attemptMs }, attempt);
}

/** For what is not the same when it is done twice: repeated only where nothing was done for certain. */
export function atMostOnce(calls: Calls, asked: Asked, options: CallOptions = {}): Promise<Answer> {
  const bounds = boundsOf(calls, options);
  const attempt = (signal: AbortSignal): Promise<Answer> => calls.http.answer(asked, signal);
  return repeated({ ...bounds, attemptMs: bounds.timeoutMs }, attempt, didNothing);
}

const refusedAtTheDoor: readonly string[] = ['/problems/rate-limited', '/problems/keys-unavailable'];

/** Of one request, for certain. */
export function didNothing(error: unknown): boolean {
  if (error instanceof NoAnswer) return !error.wasSent;
  return error instanceof ProblemError && refusedAtTheDoor.includes(error.type);
}

/** How long a call goes on, and until whose signal. */
export function boundsOf(
  { timeoutMs: ofClient }: Calls,
  { signal, timeoutMs = ofClient }: CallOptions,
): Pick<Patience, 'signal' | 'timeoutMs'> {
  return { signal, timeoutMs };
}

export function pathOf(id: string, ...below: readonly string[]): string {
  if (typeof id === 'string' && /^[A-Za-z0-9]{1,100}$/.test(id))
    return ['/transactions', id, ...below].join('/');
  throw new TypeError(
    `the id is ${JSON.stringify(id)}: it must be that of a transaction, letters and digits`,
  );
}

/** @param id any, where it is not known yet */
export function documentIn(http: Http, asked: Asked, answer: Answer, id?: string): TransactionDocument {
  const { body } = answer;
  const of = id ?? idIn(body);
  const document = of === undefined ? undefined : documentFrom(body, of);
  if (document === undefined) throw http.notOurs(asked, answer);
  return document;
}

function idIn(body: unknown): string | undefined {
  const { id } = typeof body === 'object' && body !== null ? (body as { readonly id?: unknown }) : {};
  return typeof id === 'string' ? id : undefined;
}

/** The body as it was answered, once it is known to have the member by which its kind is told. */
export function bodyWith<Body extends object>(
  http: Http,
  asked: Asked,
  answer: Answer,
  member: keyof Body & string,
): Body {
  const { body } = answer;
  if (typeof body === 'object' && body !== null && member in body) return body as Body;
  throw http.notOurs(asked, answer);
}
