/** Owns what is asked of the participant, signed where there is a secret. */
import { randomUUID } from 'node:crypto';
import { secretsFor, signatureHeaders, type SigningKeys } from '../protocol/wire/signatures';
import { siblingUrl } from '../protocol/wire/urls';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Entry {
  readonly transactionId: string;
  readonly participant: string;
  readonly preparedAt: string;
}

/** Nobody answered, or not as the kit does. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const timeoutMs = 30_000;

/** All pages. */
export async function listPrepared(url: URL, keys: SigningKeys): Promise<Answer | readonly Entry[]> {
  const entries: Entry[] = [];
  const page = new URL(siblingUrl(url.href, 'prepared'));
  for (;;) {
    const answer = await ask(page, { method: 'GET', body: '' }, keys);
    if (answer.status !== 200) return answer;
    entries.push(...(answer.body['prepared'] as readonly Entry[]));
    if (typeof answer.body['next'] !== 'string') return entries;
    page.searchParams.set('cursor', answer.body['next']);
  }
}

export async function settle(url: URL, settlement: object, keys: SigningKeys): Promise<Answer> {
  const settling = new URL(siblingUrl(url.href, 'settle'));
  return ask(settling, { method: 'POST', body: JSON.stringify(settlement) }, keys);
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly body: string;
}

async function ask(url: URL, { method, body }: Asked, keys: SigningKeys): Promise<Answer> {
  const about = { id: randomUUID(), body, now: Date.now() };
  const signed = signatureHeaders(secretsFor(keys, url.href), about);
  const content = method === 'GET' ? {} : { body };
  try {
    const headers = { 'content-type': 'application/json', ...signed };
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method, headers, signal, redirect: 'error', ...content });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  } catch (error) {
    const { message, cause } = error as Error;
    throw new NoAnswer(`${url.origin}${url.pathname}: ${cause instanceof Error ? cause.message : message}`);
  }
}
