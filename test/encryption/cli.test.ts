/** What docs/OPERATIONS.md and docs/ENCRYPTION.md say of the `temporal` CLI where payloads are encrypted, by the real one. */
import { temporal } from '../support/temporalCli';
import { useWorld } from '../support/world';

const key = Buffer.alloc(32, 9).toString('base64');
const world = useWorld({
  own: true,
  env: { DTC_PAYLOAD_KEYS: `k:${key}` },
  limits: { retryInitialMs: 20_000, retryMaxMs: 20_000 },
});
const secret = 'zq-payload';

async function stuck(): Promise<string> {
  const { dtc, participants } = world;
  participants.on('down', ({ phase }) => (phase === 'commit' ? 503 : 200));
  const { id } = await dtc.start({
    participants: [{ url: participants.url('down'), payload: { card: secret } }],
  });
  await dtc.until(id, d => d.state === 'committing' && d.participants[0]?.lastError !== undefined);
  return id;
}

const run = (verb: string, id: string, ...more: string[]): ReturnType<typeof temporal> =>
  temporal('workflow', ...verb.split(' '), '--workflow-id', id, ...more);
const codec = (): string[] => ['--codec-endpoint', `${world.dtc.url}/codec`];

it('reads a history and queries with the codec server, and nothing without it', async () => {
  const id = await stuck();
  expect((await run('show', id, '--detailed', ...codec())).stdout).toContain(secret);
  expect((await run('show', id, ...codec())).stdout).not.toContain(secret);
  expect((await run('show', id, '--detailed')).stdout).not.toContain(secret);
  expect((await run('query', id, '--name', 'status', ...codec())).stdout).toContain('"state":"committing"');
  expect((await run('query', id, '--name', 'status')).stdout).not.toContain('committing');
  expect((await run('metadata', id, ...codec())).stdout).toContain('Current Details:');
  expect(await run('metadata', id)).toMatchObject({ code: 1 });
});

it('does what an update asks for whose answer it cannot read without the codec server', async () => {
  const id = await stuck();
  const update = ['--name', 'retryNow', '--input', '{"by":"ann"}'];
  const { code, stderr } = await run('update execute', id, ...update);
  expect(code).toBe(1);
  expect(stderr).toContain('encoding binary/encrypted: payload encoding is not supported');
  const { actions } = await world.dtc.get(id);
  expect(actions).toMatchObject([{ action: 'retryNow', by: 'ann' }]);
  expect(await run('update execute', id, ...update, ...codec())).toMatchObject({ code: 0 });
});
