/**
 * Owns in-doubt lists for tests: one real HTTP server, any number of lists at `/<name>/prepared`, with their siblings commit
 * and rollback. What a list holds is the test's to say; an entry that is settled with `200` leaves it.
 */
import { type ServerResponse } from 'node:http';
import { listenHttp } from '../../support/listening';

export interface Entry {
  readonly transactionId: string;
  readonly participant: string;
}

export interface Sent extends Entry {
  readonly phase: 'commit' | 'rollback';
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface List {
  readonly url: string;
  entries: Entry[];
  /** Commits and rollbacks that came, in order. */
  readonly sent: Sent[];
  /** How often a page of it was asked for. */
  asked: number;
  pageSize: number;
  /** Instead of the list. */
  answer: ((response: ServerResponse, nth: number) => void) | undefined;
  /** What a commit or rollback is answered; by default 200. */
  status: number;
}

export interface Lists {
  list(name: string): List;
  close(): Promise<void>;
}

export async function startLists(): Promise<Lists> {
  const lists = new Map<string, List>();
  const server = await listenHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://lists.test');
      const [, name = '', route = ''] = url.pathname.split('/');
      const list = lists.get(name);
      if (list === undefined) response.writeHead(404).end();
      else if (route === 'prepared' && request.method === 'GET') page(list, url.searchParams, response);
      else settle(list, { phase: route as Sent['phase'], headers: request.headers }, chunks, response);
    });
  });
  const origin = server.origin;
  return {
    list: name => {
      const url = `${origin}/${name}/prepared`;
      const made = lists.get(name) ?? {
        ...{ url, entries: [], sent: [], asked: 0, pageSize: 1000, answer: undefined, status: 200 },
      };
      lists.set(name, made);
      return made;
    },
    close: () => server.close(),
  };
}

function page(list: List, asked: URLSearchParams, response: ServerResponse): void {
  list.asked += 1;
  if (list.answer !== undefined) {
    list.answer(response, list.asked);
    return;
  }
  const from = Number(asked.get('cursor') ?? 0);
  const to = from + Math.min(Number(asked.get('limit')), list.pageSize);
  const prepared = list.entries
    .slice(from, to)
    .map(each => ({ ...each, preparedAt: '2026-01-01T00:00:00.000Z' }));
  const next = to < list.entries.length ? { next: String(to) } : {};
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ prepared, ...next }));
}

function settle(
  list: List,
  about: Pick<Sent, 'phase' | 'headers'>,
  chunks: readonly Buffer[],
  response: ServerResponse,
): void {
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Sent['body'];
  const { transactionId, participant } = body as unknown as Entry;
  list.sent.push({ ...about, transactionId, participant, body });
  if (list.status === 200)
    list.entries = list.entries.filter(
      each => each.transactionId !== transactionId || each.participant !== participant,
    );
  response.writeHead(list.status).end('{}');
}
