/** For how long `wait` goes on where nobody tells (docs/CLIENT.md): a server answers as scripted. */
import { type ClientOptions, createClient } from '../../src/client';
import { committed, json, problem, type Scripted, type ScriptedAnswer, startScripted } from './scripted';

const { id } = committed;
const pending = json(200, { ...committed, endedAt: undefined, status: 'pending', state: 'preparing' });
const away = problem(503, 'engine-unavailable');

let server: Scripted;
afterEach(() => server.close());

async function wait(answers: readonly ScriptedAnswer[], withinMs: number): Promise<unknown> {
  server = await startScripted(...answers);
  const options: ClientOptions = { url: server.url };
  return createClient(options).wait(id, { withinMs });
}

it('is over after withinMs where the transaction was never seen: with what the last request came to', async () => {
  const more = Array.from({ length: 12 }, () => away); // more than there is time for
  await expect(wait([...more, json(200, committed)], 200)).rejects.toMatchObject({ name: 'Unavailable' });
});

it('is over after withinMs where the coordinator asks to come again later than that', async () => {
  const later = problem(503, 'engine-unavailable', { headers: { 'retry-after': '3600' } });
  await expect(wait([pending, later], 1_200)).rejects.toMatchObject({
    name: 'StillPending',
    document: { id, status: 'pending' },
  });
});

it('has a last look at the end, which may bring what was waited for', async () => {
  const later = problem(503, 'engine-unavailable', { headers: { 'retry-after': '3600' } });
  expect(await wait([pending, later, json(200, committed)], 2_000)).toEqual(committed);
});
