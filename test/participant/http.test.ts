/** What the kit takes and refuses over HTTP, behind Express and from the coordinator's own sender. */
import express, { type Express } from 'express';
import { createOutbound } from '../../src/outbound';
import {
  type Participant,
  type ParticipantOptions,
  createParticipant,
  sqliteStore,
  yes,
} from '../../src/participant';
import { type Reply } from '../../src/protocol/wire/answers';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { signatureHeaders } from '../../src/protocol/wire/signatures';
import { newId } from './support/calls';
import { keepLog } from './support/quiet';
import { opening, type Rig } from './support/rig';
import { serve, type Service } from './support/service';
import { sqliteRig } from './support/sqliteRig';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const otherSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

let rig: Rig;
let participant: Participant;
let service: Service;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  rig = await sqliteRig();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rig.dispose();
});

async function start(options: ParticipantOptions = {}, prepareApp?: (app: Express) => void): Promise<void> {
  participant = await rig.open(options);
  service = await serve(participant, prepareApp);
  closers.push(() => service.close());
}

const prepareOf = (transactionId: string): Parameters<typeof participantBody>[0] => ({
  transactionId,
  participant: 'p1',
  phase: 'prepare',
  decideBy: Date.now() + 60_000,
  payload: { amount: 10 },
});

async function post(
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(`${service.base}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

describe('a request that the coordinator signed', () => {
  async function send(signingSecret?: string): Promise<Reply> {
    const outbound = createOutbound({
      allowed: [],
      ...(signingSecret === undefined ? {} : { signingSecrets: [signingSecret] }),
    });
    closers.push(() => outbound.close());
    const call = prepareOf(newId());
    return outbound.send({
      url: `${service.base}/prepare`,
      headers: participantHeaders(call),
      body: participantBody(call),
      timeoutMs: 5_000,
      signal: new AbortController().signal,
      readBody: true,
    });
  }

  it('is taken with the same secret', async () => {
    await start({ secrets: [secret] });
    expect(await send(secret)).toMatchObject({ status: 200 });
  });

  it('is taken with the old secret while the new one comes into use', async () => {
    await start({ secrets: [otherSecret, secret] });
    expect(await send(secret)).toMatchObject({ status: 200 });
    expect(await send(otherSecret)).toMatchObject({ status: 200 });
  });

  it('is refused with another secret, or without any, and nothing is done', async () => {
    await start({ secrets: [secret] });
    expect(await send(otherSecret)).toMatchObject({ status: 401 });
    expect(await send()).toMatchObject({ status: 401 });
    expect(await rig.available()).toBe(opening);
  });

  it('is refused when stale, and when its body is not what was signed', async () => {
    await start({ secrets: [secret] });
    const body = participantBody(prepareOf(newId()));
    const old = signatureHeaders([secret], { id: 'a', body, now: Date.now() - 301_000 });
    const fresh = signatureHeaders([secret], { id: 'a', body, now: Date.now() });
    expect((await post('prepare', body, old)).text).toContain('timestamp too old');
    expect((await post('prepare', body.replace('10', '99'), fresh)).status).toBe(401);
    expect((await post('prepare', body, fresh)).status).toBe(200);
  });

  it('is refused by another participant that has the same secret, where it is called by another path', async () => {
    await start({ secrets: [secret] });
    const body = participantBody(prepareOf(newId()));
    const sign = (url: string): Record<string, string> =>
      signatureHeaders([secret], { id: 'a', body, now: Date.now(), url });
    const refused = await post('prepare', body, sign(service.base.replace('account', 'seats/prepare')));
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('it is signed for http')]);
    expect(await rig.rows('dtc_votes')).toBe(0);
    expect((await post('prepare', body, sign(`${service.base}/prepare`))).status).toBe(200);
  });

  it('is demanded for its own URL by who names that, and an older signature is not enough', async () => {
    const urls = ['https://bank.example/account/prepare', 'http://bank.internal/account/'];
    await start({ secrets: [secret], urls });
    const body = participantBody(prepareOf(newId()));
    const sign = (url?: string): Record<string, string> =>
      signatureHeaders([secret], { id: 'a', body, now: Date.now(), ...(url === undefined ? {} : { url }) });
    const statuses = [];
    for (const url of [undefined, 'https://other.example/account/prepare'])
      statuses.push((await post('prepare', body, sign(url))).status);
    expect([statuses, await rig.rows('dtc_votes')]).toEqual([[401, 401], 0]);
    for (const url of urls) expect((await post('prepare', body, sign(url))).status).toBe(200);
  });

  it.each([
    [['ftp://bank.example/'], 'urls has ftp://bank.example/'],
    [['https://bank.example/account'], 'must be an http:// or https:// URL that ends in "/"'],
    [['account'], 'urls has account'],
    [[], 'urls names nobody'],
  ])('is not asked for at %j', async (urls, message) => {
    await expect(start({ secrets: [secret], urls })).rejects.toThrow(message);
  });

  it('has to be asked for where its URLs are named', async () => {
    await expect(start({ urls: ['https://bank.example/'] })).rejects.toThrow('needs secrets');
  });

  it('is asked for by the list and by settling, too', async () => {
    await start({ secrets: [secret] });
    const list = `${service.base}/prepared`;
    expect((await fetch(list)).status).toBe(401);
    const headers = signatureHeaders([secret], { id: 'list', body: '', now: Date.now() });
    expect((await fetch(list, { headers })).status).toBe(200);
    expect((await post('settle', '{}')).status).toBe(401);
  });
});

it('takes a prepare without a payload', async () => {
  const seen: unknown[] = [];
  const reservation = {
    prepare: (_db: unknown, { payload }: { readonly payload: unknown }) => {
      seen.push(payload);
      return yes;
    },
    commit: () => undefined,
    rollback: () => undefined,
  };
  participant = await createParticipant({ store: sqliteStore(':memory:'), reservation });
  service = await serve(participant);
  closers.push(() => service.close());
  const { payload: _left, ...call } = prepareOf(newId());
  const text = participantBody(call);
  expect(text).not.toContain('payload');
  expect((await post('prepare', text)).status).toBe(200);
  expect(seen).toEqual([undefined]);
});

describe('a request that is wrong', () => {
  const body = (more: object = {}): string =>
    JSON.stringify({ ...(JSON.parse(participantBody(prepareOf(newId()))) as object), ...more });

  it.each([
    ['not JSON', 'prepare', '{', {}, 400, 'not JSON'],
    ['of another type', 'prepare', '{}', { 'content-type': 'text/plain' }, 415, 'content-type'],
    ['without an id', 'prepare', body({ transactionId: undefined }), {}, 400, '#/transactionId'],
    [
      'with an id that no store could keep',
      'prepare',
      body({ transactionId: 'a'.repeat(65) }),
      {},
      400,
      '1 to 64',
    ],
    ['without decideBy', 'prepare', body({ decideBy: undefined }), {}, 400, '#/decideBy'],
    ['with a lock that is none', 'prepare', body({ locks: [{ resource: 'a' }] }), {}, 400, '#/locks/0/mode'],
    ['of another phase than its URL', 'prepare', body({ phase: 'commit' }), {}, 400, 'phase'],
    ['of two ids', 'prepare', body(), { 'transaction-id': 'another' }, 400, 'Transaction-Id'],
    ['too large', 'prepare', body({ payload: 'x'.repeat(2_000) }), {}, 413, 'over 1000 bytes'],
  ])('%s is told so, and nothing is done', async (_what, path, text, headers, status, says) => {
    await start({ maxBodyBytes: 1_000 });
    const answer = await post(path, text, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.text).toContain(says);
    expect(await rig.available()).toBe(opening);
    expect(await rig.rows('dtc_votes')).toBe(0);
  });

  it('in its method is told which to use', async () => {
    await start();
    const answer = await fetch(`${service.base}/prepare`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('in its cursor or limit is told so', async () => {
    await start();
    for (const query of ['limit=0', 'limit=x', 'limit=1001', 'cursor=x'])
      expect((await fetch(`${service.base}/prepared?${query}`)).status).toBe(400);
  });
});

describe('the router', () => {
  it("leaves the service's own routes alone, bodies included", async () => {
    await start();
    expect(JSON.parse((await post('open', '{"name":"ann"}')).text)).toEqual({ opened: { name: 'ann' } });
  });

  it('says what is wrong where a body was read before it', async () => {
    await start({}, app => app.use(express.json()));
    const answer = await post('prepare', '{}');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('mount participantRouter before express.json()');
  });

  it('goes on with the trace of the request', async () => {
    const log = keepLog();
    await start({ log });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await post('prepare', participantBody(prepareOf(newId())), { traceparent });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        message: 'voted yes',
        fields: expect.objectContaining({ traceparent }) as unknown,
      }),
    );
  });
});

describe('closing', () => {
  it('waits for the calls in flight', async () => {
    await start();
    const id = newId();
    const answer = post('prepare', participantBody(prepareOf(id)));
    const slow = participant.handle(
      new Request('http://service.test/account/prepare', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: participantBody(prepareOf(id)),
      }),
    );
    await answer;
    await participant.close();
    expect((await slow).status).toBe(200);
  });
});
