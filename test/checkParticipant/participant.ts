/** Owns the HTTP of a participant of the tests: a real server over a ledger, with the quirks that answers can have. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request } from 'express';
import { Webhook } from 'standardwebhooks';
import { anotherUrl } from '../../src/checkParticipant/transaction';
import { participantSecret } from '../../src/protocol/wire/signatures';
import { type ReceivedCall, Ledger, type State } from './ledger';
import { type Quirk } from './quirks';

export interface ParticipantOptions {
  readonly port?: number;
  /** Default: in memory. */
  readonly file?: string;
  readonly secret?: string;
  /** The coordinator's, of which it has its own secret. */
  readonly masterKey?: string;
}

export interface RunningParticipant {
  readonly prepareUrl: string;
  /** What it was sent by POST, in order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** How many transactions it knows in this state. */
  count(state: State): number;
  /** Loses what it does not keep, as the process that it stands for would. */
  restart(): void;
  close(): Promise<void>;
}

export interface ReceivedRequest {
  /** The `Idempotency-Key`. */
  readonly key: string;
  readonly transactionId: string;
  readonly body: string;
}

type Is = (quirk: Quirk) => boolean;

export async function startParticipant(
  quirks: readonly Quirk[] = [],
  { port = 0, file = ':memory:', secret, masterKey }: ParticipantOptions = {},
): Promise<RunningParticipant> {
  const is: Is = quirk => quirks.includes(quirk);
  const ledger = new Ledger(file, is);
  const requests: ReceivedRequest[] = [];
  const secrets = secret === undefined ? [] : [secret];
  const app = application(ledger, is, { secrets, requests });
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const prepareUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prepare`;
  if (masterKey !== undefined) secrets.push(participantSecret(masterKey, prepareUrl));
  if (masterKey !== undefined && is('takesSignedForAnother'))
    secrets.push(participantSecret(masterKey, anotherUrl));
  return {
    prepareUrl,
    requests,
    count: state => ledger.count(state),
    restart: () => {
      if (is('losesPrepared')) ledger.forget('prepared');
      if (is('losesCommitted')) ledger.forget('committed');
      if (is('losesRolledBack')) ledger.forget('rolledback');
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      ledger.close();
    },
  };
}

interface Surroundings {
  readonly secrets: readonly string[];
  readonly requests: ReceivedRequest[];
}

function application(ledger: Ledger, is: Is, { secrets, requests }: Surroundings): express.Express {
  const app = express();
  const comesAgain = unavailability(is);
  const work = workOf(ledger, is);
  app.get('/prepared', ({ query }, response, next) => {
    if (is('hasNoList')) next();
    else
      response.json(
        ledger.page(Number(query['limit']), typeof query['cursor'] === 'string' ? query['cursor'] : ''),
      );
  });
  app.post('/elsewhere', (_, response) => void response.sendStatus(200));
  app.use(express.text({ type: 'application/json' }));
  app.post('/:phase', async (request, response) => {
    requests.push(receivedOf(request));
    const refusal = refusalOf(request, is, secrets);
    if (refusal !== undefined) return void response.sendStatus(refusal);
    const call = JSON.parse(textOf(request)) as ReceivedCall;
    if (comesAgain(call, response)) return;
    if (call.phase === 'prepare' && answersOddly(response, is)) return;
    const status = await work(call);
    if (call.phase === 'prepare' && status === 409 && is('refusesInBrokenJson')) {
      saysBrokenNo(response);
      return;
    }
    if (call.phase === 'prepare' && status === 200 && is('saysOk')) return void response.send('OK');
    response.writeHead(status);
    if (call.phase !== 'prepare' && is('answersAtLength')) response.write('x'.repeat(1024 * 1024));
    else response.end();
  });
  return app;
}

function receivedOf(request: Request): ReceivedRequest {
  const header = (name: string): string => request.get(name) ?? '';
  return { key: header('idempotency-key'), transactionId: header('transaction-id'), body: textOf(request) };
}

function textOf(request: Request): string {
  return request.body as string;
}

/** Work that takes a while, where repeats are to meet it. */
function workOf(ledger: Ledger, is: Is): (call: ReceivedCall) => Promise<number> {
  const underWay = new Set<string>();
  const slow = {
    prepare: 'refusesConcurrentPrepare',
    commit: 'refusesConcurrentCommit',
    rollback: 'refusesConcurrentRollback',
  } as const;
  return async call => {
    if (call.phase === 'commit' && is('commitIsUnavailable')) return 503;
    if (!is(slow[call.phase])) return statusFor(call, ledger, is);
    const key = keyOf(call);
    if (underWay.has(key)) return 409;
    underWay.add(key);
    await sleep(50);
    underWay.delete(key);
    return statusFor(call, ledger, is);
  };
}

function statusFor(call: ReceivedCall, ledger: Ledger, is: Is): number {
  const status = ledger.answer(call);
  return call.phase === 'commit' && status === 200 && is('commitAccepts') ? 202 : status;
}

function keyOf({ transactionId, participant, phase }: ReceivedCall): string {
  return `${transactionId}/${participant}/${phase}`;
}

/** The first request of each kind is answered 503, the second is cut off. */
function unavailability(is: Is): (call: ReceivedCall, response: ServerResponse) => boolean {
  const seen = new Map<string, number>();
  return (call, response) => {
    if (!is('unavailableAtFirst')) return false;
    const nth = (seen.get(keyOf(call)) ?? 0) + 1;
    seen.set(keyOf(call), nth);
    if (nth === 1) response.writeHead(503, { 'retry-after': '0' }).end();
    if (nth === 2) response.socket?.resetAndDestroy();
    return nth < 3;
  };
}

function answersOddly(response: ServerResponse, is: Is): boolean {
  if (is('prepareHangs')) return true;
  if (is('prepareIsEmpty')) response.writeHead(204).end();
  else if (is('prepareSaysNo')) response.end('{"vote":"no"}');
  else if (is('prepareSaysNoAfterMark')) response.end('\ufeff{"vote":"no"}');
  else if (is('prepareIsNotJson')) saysBrokenNo(response);
  else if (is('prepareRedirects')) response.writeHead(307, { location: '/elsewhere' }).end();
  else if (is('prepareIsPacked')) response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}');
  else if (is('prepareIsNotHttp')) response.socket?.end('hello\r\n\r\n');
  else if (is('prepareIsEndless')) response.write('x'.repeat(1024 * 1024));
  else return false;
  return true;
}

function saysBrokenNo(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"vote":"no",}');
}

const knownFields = new Set([
  'transactionId',
  'participant',
  'phase',
  'decideBy',
  'payload',
  'statusUrl',
  'locks',
]);

/** The status for what it does not even look into. */
function refusalOf(request: Request, is: Is, secrets: readonly string[]): number | undefined {
  const phase = request.path.slice(1);
  const looks = phase === 'prepare' || !is('checksSignatureOfPrepareOnly');
  const signed = secrets.some(secret => isSigned(request, is, new Webhook(secret)));
  if (secrets.length > 0 && looks && !signed) return 401;
  if (is('refusesTraceparent') && request.get('traceparent') !== undefined) return 400;
  const fields = Object.keys(JSON.parse(textOf(request)) as object);
  return is('refusesUnknownFields') && fields.some(field => !knownFields.has(field)) ? 400 : undefined;
}

function isSigned(request: Request, is: Is, webhook: Webhook): boolean {
  if (is('checksNoSignature')) return true;
  const { id, at, signature } = signatureOf(request.headers);
  const isStale = Math.abs(at.getTime() - Date.now()) > 300_000;
  if (signature === undefined || (isStale && !is('takesStaleSignature'))) return false;
  return is('takesAnyBody') || webhook.sign(id, at, textOf(request)) === signature;
}

function signatureOf(headers: IncomingHttpHeaders) {
  const [id = '', seconds, signature] = ['id', 'timestamp', 'signature'].map(name => {
    const value = headers[`webhook-${name}`];
    return typeof value === 'string' ? value : undefined;
  });
  return { id, at: new Date(Number(seconds ?? 0) * 1000), signature };
}
