/** Owns reading a participant's in-doubt list, `GET <base>/prepared?limit&cursor`, page by page. */
import { z } from 'zod';
import { type Asked } from './asker';
import { type Line, demand, statusOf } from './transaction';

const pageSchema = z.object({
  prepared: z.array(
    z.object({ transactionId: z.string(), participant: z.string(), preparedAt: z.iso.datetime() }),
  ),
  next: z.string().min(1).optional(),
});

export type Entry = z.infer<typeof pageSchema>['prepared'][number];
type Page = z.infer<typeof pageSchema>;

const expected =
  '200 with {"prepared":[{"transactionId","participant","preparedAt"}],"next"?}, preparedAt in RFC 3339 UTC';
const mostPages = 1000;

export class PreparedList {
  readonly #line: Line;
  readonly #url: string;

  constructor(line: Line, url: string) {
    this.#line = line;
    this.#url = url;
  }

  /** Whether there is one at all. */
  async answers(): Promise<boolean> {
    return statusOf(await this.#get(1, undefined)) === 200;
  }

  /** Every entry, and the request and answer of the last page. @throws CheckFailed where an answer is no such list. */
  async read(limit = 100): Promise<{ readonly entries: readonly Entry[]; readonly last: Asked }> {
    const entries: Entry[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages++) {
      const last = await this.#get(limit, cursor);
      const page = pageOf(last);
      demand(last, page.prepared.length <= limit, `at most ${limit} entries, as asked for`);
      demand(last, pages <= mostPages, `an end of the list within ${mostPages} pages`);
      entries.push(...page.prepared);
      cursor = page.next;
      if (cursor === undefined) return { entries, last };
    }
  }

  #get(limit: number, cursor: string | undefined): Promise<Asked> {
    const url = new URL(this.#url);
    url.searchParams.set('limit', String(limit));
    if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    return this.#line.asker.ask(() => ({
      method: 'GET',
      url: url.href,
      headers: {},
      body: '',
      readBody: true,
    }));
  }
}

function pageOf(asked: Asked): Page {
  const page = pageSchema.safeParse(jsonOf(asked)).data;
  if (statusOf(asked) === 200 && page !== undefined) return page;
  demand(asked, false, expected);
  return { prepared: [] };
}

function jsonOf({ reply }: Asked): unknown {
  try {
    return reply.kind === 'answer' ? JSON.parse(reply.body ?? '') : undefined;
  } catch {
    return undefined; // not JSON: not a list
  }
}
