/** Owns reading Server-Sent Events, as a client does that shows everything: events, comments, `retry`, and the end. */
import { type IncomingMessage, get } from 'node:http';
import { until } from '../support/until';

export interface Told {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Reader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: readonly Told[];
  /** As it came. */
  readonly text: () => string;
  /** How it ended: by the server, in order, or cut off. */
  readonly over: () => 'ended' | 'cut' | undefined;
  /** Once there are as many events. */
  atLeast(count: number, withinMs?: number): Promise<readonly Told[]>;
  /** All of them, once it has ended. */
  all(withinMs?: number): Promise<readonly Told[]>;
  pause(): void;
  resume(): void;
  leave(): void;
}

export async function readEvents(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).once('error', reject);
  });
  const events: Told[] = [];
  let text = '';
  let read = 0;
  let over: 'ended' | 'cut' | undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const from = Math.max(read, text.length - chunk.length - 1);
    for (let end = text.indexOf('\n\n', from); end >= 0; end = text.indexOf('\n\n', read)) {
      const told = toldIn(text.slice(read, end));
      if (told !== undefined) events.push(told);
      read = end + 2;
    }
  });
  response.on('error', () => undefined);
  response.once('end', () => (over = 'ended'));
  response.once('close', () => (over ??= 'cut'));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    text: () => text,
    over: () => over,
    atLeast: (count, withinMs) =>
      until(
        () => events,
        seen => seen.length >= count,
        { withinMs: withinMs ?? 20_000 },
      ),
    all: async withinMs => {
      await until(
        () => over,
        seen => seen !== undefined,
        { withinMs: withinMs ?? 20_000 },
      );
      return events;
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    leave: () => response.destroy(),
  };
}

function toldIn(block: string): Told | undefined {
  const fields = new Map(
    block.split('\n').map(line => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  const [event, id, data] = [fields.get('event'), fields.get('id'), fields.get('data')];
  if (event === undefined || id === undefined || data === undefined) return undefined;
  return { event, id, data: JSON.parse(data) as Told['data'] };
}
