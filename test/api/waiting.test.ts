/** A wait is over once the client has gone, or the server stops: also where that was before the wait began. */
import { type Server, createServer, get } from 'node:http';
import { type AddressInfo } from 'node:net';
import express, { type Response } from 'express';
import { waiting } from '../../src/api/waiting';
import { eventually } from '../support/until';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The answer to a request that is not answered. */
async function unanswered(): Promise<{ readonly response: Response; readonly leave: () => void }> {
  let response: Response | undefined;
  const app = express();
  app.get('/', (_request, its) => {
    response = its;
  });
  const listening = (server = createServer(app));
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const client = get({ host: '127.0.0.1', port, agent: false }).on('error', () => undefined);
  await eventually(() => response !== undefined);
  if (response === undefined) throw new Error('no request came');
  return { response, leave: () => client.destroy() };
}

const aborted = (signal: AbortSignal): Promise<string> =>
  new Promise(resolve => {
    if (signal.aborted) resolve('over');
    else
      signal.addEventListener('abort', () => {
        resolve('over');
      });
  });

const never = new AbortController().signal;

it('ends when the client goes', async () => {
  const { response, leave } = await unanswered();
  const wait = waiting(response, never, aborted);
  leave();
  expect(await wait).toBe('over');
});

it('ends at once where the client had gone before', async () => {
  const { response, leave } = await unanswered();
  leave();
  await eventually(() => response.closed);
  expect(await waiting(response, never, aborted)).toBe('over');
});

it('ends when the server stops, and at once where it does already', async () => {
  const { response } = await unanswered();
  const stopping = new AbortController();
  const wait = waiting(response, stopping.signal, aborted);
  stopping.abort();
  expect(await wait).toBe('over');
  expect(await waiting(response, stopping.signal, aborted)).toBe('over');
});
