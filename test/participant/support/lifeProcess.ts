/** Owns a life of the coin service as a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type ClientConfig } from 'pg';

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
