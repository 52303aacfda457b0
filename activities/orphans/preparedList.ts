/**
 * Owns reading a participant's in-doubt list, `GET <list>?limit&cursor`, page by page. Whatever it answers, it costs a
 * bounded number of bounded requests; what is no list is a `ListTrouble`, which says why in words that quote nothing of it.
 */
import { z } from 'zod';
import { type Outbound } from '../../src/outbound/contract';
import { type Reply, failureOf } from '../../src/protocol/wire/answers';
import { namePattern } from '../../src/protocol/wire/names';
import { type Ms } from '../../src/protocol/wire/phases';

export interface Entry {
  readonly transactionId: string;
  readonly participant: string;
}

export class ListTrouble extends Error {
  override readonly name = 'ListTrouble';
}

const entriesPerPage = 200;
const mostPages = 250;
/** For all of it, comparing included: a slow list must not keep the sweep from its end. */
const mostMs: Ms = 90_000;

/** What no request of a coordinator can have held is not taken for an entry: it would stand in commands. */
const name = z.string().regex(namePattern);
const pageSchema = z.object({
  prepared: z.array(z.object({ transactionId: name, participant: name })),
  next: z.string().min(1).max(2048).optional(),
});

interface Asking {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly url: string;
  readonly timeoutMs: Ms;
  readonly signal: AbortSignal;
}

/** @throws ListTrouble */
export async function* pagesOf(asking: Asking): AsyncGenerator<readonly Entry[]> {
  const endAt = Date.now() + mostMs;
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { prepared, next } = await pageAt(asking, cursor);
    yield prepared;
    if (next === undefined) return;
    if (Date.now() > endAt) throw new ListTrouble(`it took more than ${mostMs} ms: the rest was not read`);
    cursor = next;
  }
  throw new ListTrouble(`it has more than ${mostPages} pages: the rest was not read`);
}

async function pageAt(
  { outbound, url, timeoutMs, signal }: Asking,
  cursor: string | undefined,
): Promise<z.infer<typeof pageSchema>> {
  const asked = new URL(url);
  asked.searchParams.set('limit', String(entriesPerPage));
  if (cursor !== undefined) asked.searchParams.set('cursor', cursor);
  const headers = { accept: 'application/json' };
  const request = { method: 'GET', url: asked.href, headers, body: '', timeoutMs, signal } as const;
  return readPage(await outbound.send({ ...request, readBody: true }));
}

function readPage(reply: Reply): z.infer<typeof pageSchema> {
  if (reply.kind !== 'answer' || reply.status !== 200) throw new ListTrouble(failureOf(reply).message);
  const page = pageSchema.safeParse(parsed(reply.body)).data;
  if (page === undefined) throw new ListTrouble('its answer is not a list of what is prepared');
  if (page.prepared.length > entriesPerPage)
    throw new ListTrouble(`it answered with ${page.prepared.length} entries, asked for ${entriesPerPage}`);
  return page;
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined; // not JSON: not a list
  }
}
