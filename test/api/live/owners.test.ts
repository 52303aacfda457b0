/**
 * Whose a transaction is, on a real Temporal server: another's is not told from none, neither by the answer nor by what is asked
 * of Temporal for it, which is what takes time.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { timedId } from '../../../src/protocol/wire/ids';
import { type Participants, startParticipants } from '../../support/participants';
import { startCoordinator, type TestCoordinator } from '../../support/coordinator';

const tokens = {
  ...{ alice: 'alice-0123456789abcdef', bob: 'bob-0123456789abcdef' },
  ...{ pay: 'pay-0123456789abcdef' },
};
let keyServer: Server;
let jwt: string;
let participants: Participants;
let dtc: TestCoordinator;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const set = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
  keyServer = createServer((_request, response) => response.end(set));
  await new Promise<void>(resolve => keyServer.listen(0, '127.0.0.1', resolve));
  const claims = { sub: 'alice', role: 'client', exp: 9_999_999_999 };
  jwt = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
  participants = await startParticipants();
  dtc = await startCoordinator({
    env: {
      DTC_API_TOKENS: `alice:client:${tokens.alice},bob:client:${tokens.bob},pay:participant:${tokens.pay}`,
      DTC_JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`,
    },
  });
});
afterAll(async () => {
  await dtc.close();
  await participants.close();
  keyServer.close();
});
afterEach(() => jest.restoreAllMocks());

/** All that reading or operating could ask. */
const rpcNames = [
  'describeWorkflowExecution',
  'queryWorkflow',
  'getWorkflowExecutionHistory',
  'updateWorkflowExecution',
  'pollWorkflowExecutionUpdate',
  'signalWorkflowExecution',
  'listWorkflowExecutions',
] as const;

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The calls of Temporal that are made meanwhile. */
async function asked(
  work: () => Promise<Response>,
): Promise<{ status: number; text: string; calls: string[] }> {
  const service = dtc.client.connection.workflowService as unknown as Record<string, () => unknown>;
  const calls: string[] = [];
  for (const name of rpcNames) {
    const call = service[name]?.bind(service);
    jest.spyOn(service, name).mockImplementation((...args: readonly unknown[]) => {
      calls.push(name);
      return call?.(...(args as []));
    });
  }
  const answer = await work();
  jest.restoreAllMocks();
  return { status: answer.status, text: await answer.text(), calls };
}

type Ask = (id: string, token: string) => Promise<Response>;

const get =
  (path = '', headers: Record<string, string> = {}): Ask =>
  (id, token) =>
    fetch(`${dtc.url}/transactions/${id}${path}`, { headers: { ...headers, ...as(token) } });
const post =
  (verb: string, body: object = {}): Ask =>
  (id, token) =>
    fetch(`${dtc.url}/transactions/${id}/${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as(token) },
      body: JSON.stringify(body),
    });
const read = get();

/** What a client may ask of its own. */
const ofClients: Readonly<Record<string, Ask>> = {
  read,
  wait: get('', { prefer: 'wait=5' }),
  events: get('/events'),
  'events again': get('/events', { 'last-event-id': '3' }),
  head: (id, token) => fetch(`${dtc.url}/transactions/${id}/events`, { method: 'HEAD', headers: as(token) }),
  abort: post('abort'),
};
/** What no client may ask, of whosever it is. */
const ofOperators: Readonly<Record<string, Ask>> = {
  retry: post('retry'),
  resolve: post('resolve', { participant: 'p1', outcome: 'unknown', reason: 'looked' }),
};

it('asks of another’s transaction what it asks of none, and answers the same', async () => {
  const slow = participants.url('slow');
  participants.on('slow', () => () => undefined);
  const running = (await dtc.start([slow], as(tokens.alice))).id;
  const ended = (await dtc.start([participants.url('a')], { ...as(tokens.alice), prefer: 'wait=60' })).id;
  const none = timedId(dtc.tag, Date.now());
  const cases = [
    ...Object.values(ofClients).map(ask => ({
      ask,
      is: { status: 404, calls: ['describeWorkflowExecution'] },
    })),
    ...Object.values(ofOperators).map(ask => ({ ask, is: { status: 403, calls: [] } })),
  ];
  for (const { ask, is } of cases) {
    const nobodys = await asked(() => ask(none, tokens.bob));
    expect(nobodys).toMatchObject(is);
    for (const id of [running, ended]) {
      const anothers = await asked(() => ask(id, tokens.bob));
      expect({ ...anothers, text: anothers.text.replace(id, none) }).toEqual(nobodys);
    }
  }
  expect((await read(running, tokens.alice)).status).toBe(200);
  expect((await read(running, jwt)).status).toBe(404);
});

it('lets a participant act on none, and tells it nothing of which there are', async () => {
  const { id } = await dtc.start([participants.url('a')], as(tokens.alice));
  const none = timedId(dtc.tag, Date.now());
  for (const ask of [post('abort'), ...Object.values(ofOperators)]) {
    const nobodys = await asked(() => ask(none, tokens.pay));
    expect(nobodys).toMatchObject({ status: 403, calls: [] });
    expect(await asked(() => ask(id, tokens.pay))).toEqual(nobodys);
  }
});

it('takes no key of another caller for its own: neither what was asked for nor that it was is told', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const start = (token: string, name: string): Promise<Response> =>
    dtc.post([participants.url(name)], { ...headers, ...as(token) });
  const first = (await (await start(tokens.alice, 'a')).json()) as TransactionDocument;
  const other = await start(tokens.bob, 'another-request');
  expect(other.status).toBe(201);
  const { id } = (await other.json()) as TransactionDocument;
  expect(id).not.toBe(first.id);
  expect((await read(id, tokens.alice)).status).toBe(404);
  expect((await read(first.id, tokens.bob)).status).toBe(404);
});

it('gives namesakes from a token and from a JWT a transaction each for one key', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const start = (token: string, name: string): Promise<TransactionDocument> =>
    dtc.start([participants.url(name)], { ...headers, ...as(token) });
  const ofToken = await start(tokens.alice, 'a');
  const ofJwt = await start(jwt, 'b');
  expect(ofJwt.id).not.toBe(ofToken.id);
  expect((await start(tokens.alice, 'a')).id).toBe(ofToken.id);
  expect((await start(jwt, 'b')).id).toBe(ofJwt.id);
  expect((await dtc.post([participants.url('c')], { ...headers, ...as(jwt) })).status).toBe(422);
  expect((await read(ofJwt.id, tokens.alice)).status).toBe(404);
});
