/**
 * Owns the start of a transaction: one idempotency key and one body for all its requests, so whatever is lost on the way it is one
 * transaction (PROTOCOL I6). What a request may have started stays so: a later one that was refused for certain does not undo it.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { type Posted } from '../protocol/client/posted';
import { type Ms } from '../protocol/wire/phases';
import { type Calls, boundsOf, documentIn } from './calls';
import { type BeginOptions } from './contract';
import { BeginUnknown, KeyReused, NoAnswer, NoToken, ProblemError, UnexpectedAnswer } from './errors';
import { repeated } from './patience';

/** It may have to wait for its turn, and would lose it; a lost connection is to be noticed all the same. */
const attemptMs: Ms = 30_000;

export async function begin(
  calls: Calls,
  request: Posted,
  options: BeginOptions = {},
): Promise<TransactionDocument> {
  const { idempotencyKey = newKey() } = options;
  const headers = { 'idempotency-key': headerOf(idempotencyKey) };
  const asked = { method: 'POST', path: '/transactions', headers, body: JSON.stringify(request) } as const;
  const known: { mayHaveStarted: boolean; id?: string | undefined } = { mayHaveStarted: false };
  const attempt = async (signal: AbortSignal): Promise<TransactionDocument> => {
    try {
      return documentIn(calls.http, asked, await calls.http.answer(asked, signal));
    } catch (error) {
      known.mayHaveStarted ||= !startedNothing(error);
      known.id ??= idIn(error);
      throw error;
    }
  };
  try {
    return await repeated({ ...boundsOf(calls, options), attemptMs }, attempt);
  } catch (error) {
    // 422: the key is another request's, so none of these was started under it
    if (!known.mayHaveStarted || error instanceof KeyReused) throw error;
    throw new BeginUnknown(idempotencyKey, known.id, error);
  }
}

/** 128 random bits. By `getRandomValues`, since a page that did not come by https has no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** `503`s that say so. */
const nothingStarted: readonly string[] = [
  '/problems/engine-unavailable',
  '/problems/overloaded',
  '/problems/stopping',
  '/problems/keys-unavailable',
];

/** Of one request. A proxy passes nothing on that it answers `3xx` or `4xx`, unless it got tired of waiting. */
function startedNothing(error: unknown): boolean {
  if (error instanceof NoAnswer) return !error.wasSent;
  if (error instanceof ProblemError) return error.status < 500 || nothingStarted.includes(error.type);
  if (error instanceof UnexpectedAnswer)
    return error.status >= 300 && error.status < 500 && error.status !== 408;
  return error instanceof NoToken; // else the caller's abort, while it was on its way
}

function idIn(error: unknown): string | undefined {
  const id = error instanceof ProblemError ? error.members['transactionId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

const keyForm = '1 to 255 printable ASCII characters';

/** A quoted string takes what a bare key may not have. */
function headerOf(key: string): string {
  if (typeof key === 'string' && /^[\x20-\x7e]{1,255}$/.test(key))
    return `"${key.replace(/["\\]/g, '\\$&')}"`;
  throw new TypeError(`idempotencyKey is ${JSON.stringify(key)}: it must be ${keyForm}`);
}
