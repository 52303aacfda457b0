/**
 * PROTOCOL §4: whatever applies is heard, however many messages came before. Temporal takes 2,000 updates of one run and none after them
 * (here three, on a server of its own); what comes by HTTP then goes on by signal, with the same answers.
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, startParticipants } from '../support/participants';
import { quick } from '../support/quick';

let server: OwnServer;
let participants: Participants;
let dtc: TestCoordinator;

beforeAll(async () => {
  server = await startOwnServer('history.maxTotalUpdates=3');
  participants = await startParticipants();
  dtc = await startCoordinator({ temporalAddress: server.address, limits: quick });
}, 60_000);

afterAll(async () => {
  await dtc.close();
  await participants.close();
  await server.stop();
});

async function act(id: string, verb: 'abort' | 'retry' | 'resolve', body = {}): Promise<[number, object]> {
  const response = await dtc.act(id, verb, body);
  return [response.status, (await response.json()) as object];
}

it('goes on hearing what is asked by HTTP, and says what does not apply', async () => {
  let isMended = false;
  participants.on('broken', ({ phase }) => (phase === 'commit' && !isMended ? 503 : 200));
  const { id } = await dtc.start([participants.url('broken')]);
  await dtc.until(id, d => d.needsAttention);
  for (let nth = 0; nth < 3; nth += 1) expect(await act(id, 'retry')).toMatchObject([200, {}]);

  expect(await act(id, 'retry')).toMatchObject([200, { id, actions: [{ action: 'retryNow', times: 4 }] }]);
  expect(await act(id, 'abort')).toMatchObject([409, { detail: 'the decision to commit has been taken' }]);
  const resolve = { participant: 'p1', outcome: 'committed', reason: 'seen there' };
  expect(await act(id, 'resolve', { ...resolve, participant: 'p9' })).toMatchObject([409, {}]);
  expect(await act(id, 'resolve', resolve)).toMatchObject([
    200,
    { participants: [{ forced: { outcome: 'committed' } }] },
  ]);
  const other = { ...resolve, outcome: 'rolledback' };
  expect(await act(id, 'resolve', other)).toMatchObject([409, {}]);
  expect(await act(id, 'resolve', resolve)).toMatchObject([200, {}]);
  isMended = true;
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', participants: [{ forced: { outcome: 'committed' } }] });
});
