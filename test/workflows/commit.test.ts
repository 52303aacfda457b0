import { type Participants, hang, startParticipants } from '../support/participants';
import { type CallLog } from '../../src/telemetry/callLog';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';

/** The same behaviour with every workflow cached and with none: the latter replays the history at each step. */
describe.each([
  ['with cached workflows', undefined],
  ['replaying at every step', 0],
])('%s', (_name, maxCachedWorkflows) => {
  let dtc: TestCoordinator;
  let participants: Participants;
  const requests: CallLog[] = [];

  beforeAll(async () => {
    participants = await startParticipants();
    const cache = maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows };
    dtc = await startCoordinator({ ...cache, onRequest: entry => requests.push(entry) });
  });
  afterAll(async () => {
    await dtc.close();
    await participants.close();
  });

  const urls = (...names: string[]): string[] => names.map(name => participants.url(name));

  it('commits when everyone says yes', async () => {
    const document = await dtc.run(urls('a', 'b', 'c'));
    expect(document).toMatchObject({
      status: 'committed',
      state: 'committed',
      decision: 'commit',
      needsAttention: false,
    });
    for (const name of ['a', 'b', 'c'])
      expect(participants.phases(document.id, name)).toEqual(['prepare', 'commit']);
    expect(await dtc.get(document.id)).toEqual(document);
    const closed = dtc.client.workflow.getHandle(document.id);
    const { etag: _, ...inTemporal } = document;
    expect(await closed.query('status')).toEqual(inTemporal); // by replay: what the Web UI shows of a closed one
  });

  it('rolls everyone back when one refuses', async () => {
    participants.on('no', r => (r.phase === 'prepare' ? 409 : undefined));
    const document = await dtc.run(urls('a', 'no', 'c'));
    expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
    for (const name of ['a', 'no', 'c'])
      expect(participants.phases(document.id, name)).toEqual(['prepare', 'rollback']);
  });

  it('rolls back when a participant stays away, after the configured number of requests', async () => {
    participants.on('busy', r => (r.phase === 'prepare' ? 503 : undefined));
    const document = await dtc.run(urls('a', 'busy'));
    expect(document).toMatchObject({
      status: 'rolledback',
      reason: { code: 'unavailable', participant: 'p2' },
    });
    expect(participants.requests(document.id, 'busy', 'prepare')).toHaveLength(3);
    expect(document.participants[1]).toMatchObject({ lastError: { code: 'unavailable', status: 503 } });
  });

  it('tells the log of each request, with the host and nothing of the query', async () => {
    participants.on('busy', r => (r.phase === 'prepare' ? 503 : undefined));
    const [url = ''] = urls('busy');
    const { id } = await dtc.run([`${url}?key=secret`]);
    const told = requests.filter(({ transactionId }) => transactionId === id);
    expect(told.slice(0, 3)).toMatchObject(
      Array(3).fill({ participant: 'p1', host: new URL(url).host, error: { code: 'unavailable' } }),
    );
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it('retries one straggler of phase two by itself', async () => {
    participants.on('late', r => (r.phase === 'commit' && r.nth < 4 ? 500 : undefined));
    const document = await dtc.run(urls('a', 'late'));
    expect(document.status).toBe('committed');
    expect(participants.phases(document.id, 'a')).toEqual(['prepare', 'commit']);
    expect(participants.requests(document.id, 'late', 'commit')).toHaveLength(4);
  });

  it('rolls everyone back when it is aborted, and who did not answer once more', async () => {
    participants.on('hangs', r => (r.phase === 'prepare' ? hang : undefined));
    const { id } = await dtc.start({ participants: urls('a', 'hangs'), timeoutMs: 5000 });
    await dtc.until(id, () => participants.requests(id, 'hangs', 'prepare').length > 0);
    expect((await dtc.act(id, 'abort', { reason: 'changed my mind' })).status).toBe(200);
    const document = await dtc.until(id, d => d.status === 'rolledback');
    expect(document).toMatchObject({ reason: { code: 'aborted', detail: 'by anonymous: changed my mind' } });
    expect(document).not.toHaveProperty('endedAt'); // somebody is loose: one more rollback when it is quiet (I4)
    await dtc.until(id, d => d.endedAt !== undefined);
    expect(participants.phases(id, 'hangs')).toEqual(['prepare', 'rollback', 'rollback']);
    expect(participants.phases(id, 'a')).toEqual(['prepare', 'rollback']);
  });
});
