/** Owns lives of the coin service (XA) as processes of their own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type ClientConfig } from 'pg';
import { type Participant } from '../../../src/participant';

const kit = join(__dirname, '../../../dist/src/participant');

/** Prepares by XA; says `working` in the midst of it and then waits where `hang`, else the status once it is answered. */
const program = `
const { createParticipant, postgresStore, yes } = require(${JSON.stringify(kit)});
const { connection, body, hang } = JSON.parse(process.argv[1]);
const say = text => process.stdout.write(text);
const prepare = async client => {
  await client.query('DELETE FROM coin WHERE id <= 10');
  if (hang) { say('working'); await new Promise(resolve => setTimeout(resolve, 60_000)); }
  return yes;
};
const headers = { 'content-type': 'application/json' };
(async () => {
  const service = await createParticipant({ store: await postgresStore(connection), xa: { prepare },
    log: { info() {}, warn() {}, error: fields => console.error(fields) } });
  const request = new Request('http://service.test/prepare', { method: 'POST', headers, body });
  say(String((await service.handle(request)).status));
  setInterval(() => {}, 60_000);
})();`;

export interface LifeWishes {
  readonly connection: ClientConfig;
  /** Of the prepare request. */
  readonly body: string;
  readonly hang: boolean;
}

/** Resolves with what the life said first, after it was killed for it. */
export async function saysAndIsKilled(wishes: LifeWishes): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ['-e', program, JSON.stringify(wishes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const said = await Promise.race([once(child.stdout ?? child, 'data'), gone]);
  child.kill('SIGKILL');
  await gone;
  return String(said[0]);
}

/** Answers what it is sent; each prepare takes so many coins as its payload says. */
const answering = `
const { createParticipant, postgresStore, no, yes } = require(${JSON.stringify(kit)});
const prepare = async (client, { payload }) => {
  const { rowCount } = await client.query(
    'DELETE FROM coin WHERE id IN (SELECT id FROM coin ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)', [payload.amount]);
  return rowCount === payload.amount ? yes : no('not enough money');
};
(async () => {
  const service = await createParticipant({ store: await postgresStore(JSON.parse(process.argv[1])), xa: { prepare },
    log: { info() {}, warn() {}, error() {} } });
  process.on('message', async ({ nth, url, init }) => {
    const answer = await service.handle(new Request(url, init));
    process.send({ nth, status: answer.status, body: await answer.text() });
  });
  process.send('ready');
})();`;

export interface LifeProcess extends Pick<Participant, 'handle'> {
  /** What was under way is never answered: it rejects. */
  kill(): Promise<void>;
}

export async function startLife(connection: ClientConfig): Promise<LifeProcess> {
  const child = spawn(process.execPath, ['-e', answering, JSON.stringify(connection)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone]);
  const waiting = new Map<number, (answer: Response) => void>();
  child.on('message', ({ nth, status, body }: { nth: number; status: number; body: string }) => {
    waiting.get(nth)?.(new Response(body, { status }));
  });
  let asked = 0;
  return {
    handle: async request => {
      const nth = (asked += 1);
      const init = { method: request.method, headers: Object.fromEntries(request.headers) };
      const body = request.method === 'GET' ? {} : { body: await request.text() };
      const answer = new Promise<Response>(resolve => waiting.set(nth, resolve));
      if (child.connected) child.send({ nth, url: request.url, init: { ...init, ...body } }, () => undefined);
      return Promise.race([answer, gone.then(() => Promise.reject(new Error('it was killed')))]);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
