/**
 * A participant of a run, as a process: the kit over a ledger, behind a journal and the trouble that the nemesis orders by IPC.
 *
 *   node program.js --name north --port 5001 --store <URL or file> --journal <file> --coordinator <URL>
 *
 * It ends with whoever started it.
 */
import { appendFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Participant } from '../../src/participant';
import { type Call, type HeldLock } from '../evidence';
import { lateMs, type SkewOrder, type TroubleOrder, wrongStatus } from './faults';
import { openLedger } from './ledgers';

const text = { type: 'string' } as const;
const {
  name = '',
  port,
  store = '',
  journal = '',
  coordinator = '',
} = parseArgs({
  options: { name: text, port: text, store: text, journal: text, coordinator: text },
}).values;

const phases: readonly Phase[] = ['prepare', 'commit', 'rollback'];

/** Of the machine, whatever the process is made to believe. */
const now = Date.now.bind(Date);
let trouble: (TroubleOrder & { readonly until: number }) | undefined;
let requests = 0;

process.on('message', (order: TroubleOrder | SkewOrder) => {
  if ('skewMs' in order) Date.now = () => now() + order.skewMs;
  else trouble = { ...order, until: now() + order.forMs };
});
process.once('disconnect', () => process.exit());

interface Body {
  readonly transactionId: string;
  readonly payload?: { readonly order?: string };
  readonly locks?: readonly HeldLock[];
}

async function serve(
  participant: Participant,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  const url = new URL(request.url ?? '/', 'http://participant');
  const phase = phases.find(each => url.pathname.endsWith(`/${each}`));
  const { method = 'GET' } = request;
  const headers = Object.entries(request.headers).map(
    ([key, value]) => [key, String(value)] as [string, string],
  );
  const handle = (): Promise<Response> =>
    participant.handle(new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) }));
  const answer = phase === undefined ? await handle() : await journaled(phase, body, handle);
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
}

async function journaled(phase: Phase, body: Buffer, handle: () => Promise<Response>): Promise<Response> {
  requests += 1;
  const { transactionId: id, payload, locks = [] } = JSON.parse(body.toString()) as Body;
  const about = { kind: 'call', participant: name, id, order: payload?.order ?? '', phase } as const;
  const nth = `${process.pid}-${requests}`;
  const write = (is: Call['is'], http: { readonly http?: number }): void => {
    const line: Call = {
      ...about,
      at: now(),
      is,
      nth,
      ...http,
      locks: locks.map(({ resource, fencingToken }) => ({ resource, fencingToken })),
    };
    appendFileSync(journal, `${JSON.stringify(line)}\n`);
  };
  write('received', {});
  const answer = await inTrouble(phase, handle);
  write('answered', { http: answer.status });
  return answer;
}

async function inTrouble(phase: Phase, handle: () => Promise<Response>): Promise<Response> {
  const how = trouble !== undefined && now() < trouble.until ? trouble.trouble : undefined;
  if (how === 'storm') return new Response('{}', { status: 503 });
  if (how === 'wrongStatus') return new Response(null, { status: wrongStatus(phase, requests) });
  const answer = await handle();
  if (how === 'lostAnswer') return new Response('{}', { status: 503 });
  if (how === 'late') await sleep(lateMs);
  return answer;
}

async function main(): Promise<void> {
  const participant = await openLedger(store, {
    log: pino({ name, level: 'warn' }, pino.destination(2)),
    coordinator: { url: coordinator, askAfterMs: 6_000, everyMs: 2_000 },
  });
  const server = createServer((request, response) => {
    serve(participant, request, response).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      response.destroy();
    });
  });
  server.listen(Number(port), '127.0.0.1');
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
