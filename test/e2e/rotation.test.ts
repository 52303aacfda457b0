/**
 * A secret is replaced step by step, as docs/PARTICIPANTS.md says, with transactions under way at each: nothing is refused. Two
 * coordinators are the workers of before and after a change, and what the one began the other may have to end.
 */
import { participantSecret } from '../../src/protocol/wire/signatures';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { opening, type Rig } from '../participant/support/rig';
import { serve, type Service } from '../participant/support/service';
import { sqliteRig } from '../participant/support/sqliteRig';

const bytes = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const open: { close: () => Promise<void> }[] = [];
let rig: Rig;
let service: Service;
let url: string;

/** Restarts the participant behind the address that it keeps. */
let takes: (secrets: readonly string[]) => Promise<void>;

beforeEach(async () => {
  rig = await sqliteRig();
  let kit = await rig.open({ secrets: [`whsec_${bytes(99)}`] });
  service = await serve({ ...kit, handle: request => kit.handle(request) });
  url = `${service.base}/prepare`;
  takes = async secrets => {
    kit = await rig.open({ secrets, urls: [url] });
  };
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await service.close();
  await rig.dispose();
});

async function workers(env: Record<string, string>): Promise<TestCoordinator> {
  const dtc = await startCoordinator({ env });
  open.push(dtc);
  return dtc;
}

let spent = 0;
beforeEach(() => (spent = 0));

async function works(...coordinators: readonly TestCoordinator[]): Promise<void> {
  for (const dtc of coordinators) {
    const { status, participants } = await dtc.run({ participants: [{ url, payload: { amount: 1 } }] });
    expect([status, participants[0]?.attempts]).toEqual(['committed', 1]);
    spent += 1;
  }
  expect(await rig.available()).toBe(opening - spent);
}

async function refuses(dtc: TestCoordinator): Promise<void> {
  const { status, reason } = await dtc.run({ participants: [{ url, payload: { amount: 1 } }] });
  expect([status, reason?.code]).toEqual(['rolledback', 'refused']);
}

it.each([
  ['the shared secret', 'DTC_SIGNING_SECRET', 'whsec_', (secret: string) => secret],
  ['the master key', 'DTC_SIGNING_MASTER_KEY', 'dtckey_', (key: string) => participantSecret(key, url)],
])(
  '%s, the coordinator first',
  async (_, name, prefix, secretOf) => {
    const [old, next] = [`${prefix}${bytes(1)}`, `${prefix}${bytes(2)}`];
    const [oldSecret, nextSecret] = [secretOf(old), secretOf(next)];
    await takes([oldSecret]);
    const before = await workers({ [name]: old });
    await works(before);

    const both = await workers({ [name]: `${next},${old}` }); // 1: both sign
    await works(before, both);

    await takes([nextSecret]); // 2: the participant changes
    await works(both);
    await refuses(before); // why it comes second

    const after = await workers({ [name]: next }); // 3: the old one goes
    await works(both, after);
  },
  60_000,
);
