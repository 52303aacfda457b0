/** The router of an embedded coordinator, in whatever its host does around it. */
import express, { type Express, type RequestHandler } from 'express';
import { configOf } from '../../src/embed/settings';
import { type Door, createDoor } from '../../src/embed/door';
import { type HttpServer, listenHttp } from '../support/listening';
import { recordingLog } from '../support/recordingLog';

const tokens = { DTC_API_TOKENS: 'ops:operator:operators-own-token' };
const allowed = { DTC_ALLOWED_PARTICIPANTS: '*.example' };

let server: HttpServer | undefined;
afterEach(() => server?.close());

interface Host {
  readonly before?: RequestHandler;
  readonly settings?: object;
}

async function host({
  before,
  settings = {},
}: Host): Promise<{ door: Door; origin: string; lines: readonly object[] }> {
  const { log, lines } = recordingLog();
  const door = createDoor(configOf(settings, { hasConnection: true }), log);
  const app = express();
  if (before !== undefined) app.use(before);
  app.use('/dtc', door.router);
  server = await listenHttp((request, response) => void app(request, response));
  return { door, origin: server.origin, lines };
}

function api(...handlers: RequestHandler[]): Express {
  return express().use(...handlers);
}

const served = api((_request, response) => void response.json('served'));

const cameFromOutside: RequestHandler = ({ socket }, _response, next) => {
  Object.defineProperty(socket, 'localAddress', { value: '::ffff:192.0.2.1' });
  next();
};

it.each([
  [{}, 421, /without DTC_API_TOKENS or DTC_JWKS_URL, and DTC_ALLOWED_PARTICIPANTS/],
  [tokens, 421, /without DTC_ALLOWED_PARTICIPANTS/],
  [allowed, 421, /without DTC_API_TOKENS or DTC_JWKS_URL the/],
  [{ ...tokens, DTC_ROLE: 'worker' }, 200, /served/],
  [{ ...tokens, ...allowed }, 200, /served/],
])('with %j answers who comes by another address than a loopback one %i', async (settings, status, text) => {
  const { door, origin } = await host({ before: cameFromOutside, settings });
  door.open(served);
  const response = await fetch(`${origin}/dtc/transactions`);
  expect({ status: response.status, text: await response.text() }).toEqual({
    status,
    text: expect.stringMatching(text) as string,
  });
});

it('says what to do where the host has read the body', async () => {
  const { door, origin, lines } = await host({ before: express.json() });
  door.open(served);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/dtc/transactions`, { method: 'POST', headers, body: '[]' });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: expect.stringMatching(/before express.json/) as string,
  });
  expect(lines).toMatchObject([{ level: 'error', path: '/dtc' }]);
});

it('answers 503 before it is opened and once it is closed, and waits for what runs', async () => {
  const { door, origin } = await host({});
  const problem = async (): Promise<unknown> => (await fetch(`${origin}/dtc/x`)).json();
  expect(await problem()).toMatchObject({ status: 503, type: '/problems/engine-unavailable' });
  const entered = new Promise<() => void>(enter => {
    door.open(
      api((_request, response) => {
        enter(() => void response.json('late'));
      }),
    );
  });
  const response = fetch(`${origin}/dtc/slow`);
  const answer = await entered;
  let isClosed = false;
  const closed = door.close(60_000).then(() => (isClosed = true));
  expect(await problem()).toMatchObject({ status: 503, type: '/problems/stopping' });
  expect(isClosed).toBe(false);
  answer();
  expect(await (await response).json()).toBe('late');
  await closed;
});

it('cuts off what runs for longer than it may', async () => {
  const { door, origin } = await host({});
  let isIn = (): void => undefined;
  const entered = new Promise<void>(resolve => (isIn = resolve));
  door.open(
    api(() => {
      isIn();
    }),
  );
  const response = fetch(`${origin}/dtc/never`).then(String, () => 'cut off');
  await entered;
  await door.close(10);
  expect(await response).toBe('cut off');
});
