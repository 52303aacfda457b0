/**
 * Who takes part in transactions can sign for nobody else, and what it was sent is worth nothing elsewhere: else its payload
 * would be voted on, and its commit done, by a participant that nobody has asked (I1).
 */
import { type Received } from '../support/participants';
import { useWorld } from '../support/world';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { participantSecret, signatureHeaders } from '../../src/protocol/wire/signatures';
import { newId } from '../participant/support/calls';
import { opening, type Rig } from '../participant/support/rig';
import { serve, type Service } from '../participant/support/service';
import { sqliteRig } from '../participant/support/sqliteRig';

const masterKey = `dtckey_${Buffer.alloc(32, 7).toString('base64')}`;
const world = useWorld({ env: { DTC_SIGNING_MASTER_KEY: masterKey } });

let rig: Rig;
let account: Service;
let url: string;

beforeEach(async () => {
  rig = await sqliteRig();
  let kit = await rig.open();
  account = await serve({ ...kit, handle: request => kit.handle(request) });
  url = `${account.base}/prepare`;
  kit = await rig.open({ secrets: [participantSecret(masterKey, url)] }); // what npm run participant-secret prints
});
afterEach(async () => {
  await account.close();
  await rig.dispose();
});

/** As it came, by whoever was listening, to somebody else. */
async function replay({ headers, body }: Received, to: string): Promise<number> {
  const kept = Object.entries(headers).filter(([name]) => !['connection', 'content-length'].includes(name));
  const answer = await fetch(to, {
    method: 'POST',
    headers: kept.map(([name, value]) => [name, String(value)] as [string, string]),
    body: JSON.stringify(body),
  });
  return answer.status;
}

it('commits with what was signed for it, and takes no request that was sent to another', async () => {
  const { dtc, participants } = world;
  const payload = { amount: 10 };
  const other = { url: participants.url('malory'), payload: { amount: 90 } };
  const { id, status } = await dtc.run({ participants: [{ url, payload }, other] });
  expect([status, await rig.available()]).toEqual(['committed', opening - 10]);

  const heard = participants.requests(id, 'malory');
  expect(heard.map(({ phase }) => phase)).toEqual(['prepare', 'commit']);
  for (const one of heard) expect(await replay(one, `${account.base}/${one.phase}`)).toBe(401);
  expect([await rig.available(), await rig.rows('dtc_votes')]).toEqual([opening - 10, 1]);
});

it('takes nothing that another participant signed with a secret of its own', async () => {
  const call = { transactionId: newId(), participant: 'p1', decideBy: Date.now() + 60_000 };
  const prepare = { ...call, phase: 'prepare', payload: { amount: 90 } } as const;
  const body = participantBody(prepare);
  const own = participantSecret(masterKey, world.participants.url('malory'));
  const forged = signatureHeaders([own], { id: 'malory', body, now: Date.now() });
  const headers = { ...participantHeaders(prepare), ...forged };
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401);
  expect(await rig.rows('dtc_votes')).toBe(0);
});

it('says no where it is called by a URL that its secret is not for', async () => {
  const called = url.replace('127.0.0.1', 'localhost');
  const { reason } = await world.dtc.run({ participants: [{ url: called, payload: { amount: 10 } }] });
  expect(reason).toMatchObject({ code: 'refused', detail: expect.stringContaining('401') as string });
});
