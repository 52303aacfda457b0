/**
 * Owns what is asked of the participant, signed where there is a secret. One of the kit has a route that keeps who settles it, and why;
 * any other (no such route: `404`, `405`) is sent what its transaction would have sent.
 */
import { randomUUID } from 'node:crypto';
import { type Dispatcher, fetch } from 'undici';
import { idempotencyKey, participantBody, participantHeaders } from '../protocol/wire/participantRequest';
import { membersOf } from '../protocol/wire/shapes';
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

export interface Means {
  /** What requests are signed with. */
  readonly keys: SigningKeys;
  /** What makes connections, where not as Node does: it trusts others in TLS, or shows a certificate. */
  readonly dispatcher?: Dispatcher;
}

/** Nobody answered, or not as the kit does. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const timeoutMs = 30_000;

/** All pages. */
export async function listPrepared(url: URL, means: Means): Promise<Answer | readonly Entry[]> {
  const entries: Entry[] = [];
  const page = new URL(siblingUrl(url.href, 'prepared'));
  for (;;) {
    const answer = await ask(page, { method: 'GET', body: '' }, means);
    if (answer.status !== 200) return answer;
    const { prepared } = answer.body;
    if (!Array.isArray(prepared)) throw new NoAnswer(`${shownUrl(page)}: answered 200, but with no list`);
    entries.push(...(prepared as readonly Entry[]));
    if (typeof answer.body['next'] !== 'string') return entries;
    page.searchParams.set('cursor', answer.body['next']);
  }
}

export interface Settlement {
  readonly transactionId: string;
  readonly participant: string;
  readonly outcome: 'committed' | 'rolledback';
  readonly by: string;
  readonly reason: string;
}

/** `asCoordinator`: it is not of the kit, and was sent the request that its transaction would have sent. */
export async function settle(
  url: URL,
  settlement: Settlement,
  means: Means,
): Promise<Answer & { readonly asCoordinator?: true }> {
  const settling = new URL(siblingUrl(url.href, 'settle'));
  const answer = await ask(settling, { method: 'POST', body: JSON.stringify(settlement) }, means);
  if (answer.status !== 404 && answer.status !== 405) return answer;
  return { ...(await tell(url, settlement, means)), asCoordinator: true };
}

/** The regular request (PROTOCOL §2). */
function tell(url: URL, { transactionId, participant, outcome }: Settlement, means: Means): Promise<Answer> {
  const phase = outcome === 'committed' ? 'commit' : 'rollback';
  const call = { transactionId, participant, phase, decideBy: 0 } as const;
  const asked = { method: 'POST', body: participantBody(call), headers: participantHeaders(call) } as const;
  return ask(new URL(siblingUrl(url.href, phase)), { ...asked, id: idempotencyKey(call) }, means);
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** That of the signature. */
  readonly id?: string;
}

async function ask(url: URL, asked: Asked, means: Means): Promise<Answer> {
  const { method, body, id = randomUUID() } = asked;
  const about = { id, body, now: Date.now(), url: url.href };
  const signed = signatureHeaders(secretsFor(means.keys, url.href), about);
  const content = method === 'GET' ? {} : { body };
  try {
    const headers = { 'content-type': 'application/json', ...asked.headers, ...signed };
    const signal = AbortSignal.timeout(timeoutMs);
    const by = means.dispatcher === undefined ? {} : { dispatcher: means.dispatcher };
    const answer = await fetch(url, { method, headers, signal, redirect: 'error', ...by, ...content });
    return { status: answer.status, body: objectIn(await answer.text()) };
  } catch (error) {
    const { message, cause } = error as Error;
    throw new NoAnswer(`${shownUrl(url)}: ${cause instanceof Error ? cause.message : message}`);
  }
}

/** Of an answer the status line counts; what is no JSON says nothing more. */
function objectIn(text: string): Answer['body'] {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function shownUrl({ origin, pathname }: URL): string {
  return origin + pathname;
}
