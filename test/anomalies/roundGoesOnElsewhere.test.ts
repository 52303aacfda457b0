/**
 * I3, I4: whoever has not answered when the first task is over is waited for, by the request that is in flight. Where the round goes on in
 * another process, that request is lost: it may have been sent, and may be open.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from '../../activities/transaction';
import { readConfig } from '../../src/config/readConfig';
import { createOutbound } from '../../src/outbound';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { quick } from '../support/quick';
import { type Fault, expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const limits = { ...quick, prepareTimeoutMs: 2000 };
const world = useWorld({ limits });
const outbound = createOutbound({ allowed: readConfig({}).allowedParticipants });
const never = (): Promise<void> => Promise.resolve();
let apart: TestCoordinator;

beforeAll(async () => {
  const [one, other] = [0, 1].map(() => createActivities({ outbound, log: () => undefined, wake: never }));
  if (one === undefined || other === undefined) throw new Error('two processes');
  apart = await startCoordinator({ limits, activities: { ...one, prepareRest: other.prepareRest } });
  await apart.run({ timeoutMs: 30_000, participants: [world.participants.url('warm')] });
});
afterAll(async () => {
  await apart.close();
  await outbound.close();
});

type Faulty = (received: { readonly phase: Phase; readonly nth: number }) => Fault | undefined;

/** Longer than the first task waits, and shorter than its own timeout. */
const slow: Faulty = ({ phase, nth }) =>
  phase === 'prepare' && nth === 1 ? { after: sleep(900) } : undefined;
const refusing: Faulty = ({ phase }) => (phase === 'prepare' ? { instead: 409 } : undefined);
const healthy: Faulty = () => undefined;

let played = 0;

interface Played {
  readonly document: TransactionDocument;
  /** Of the slow one. */
  readonly phases: readonly Phase[];
}

async function play(dtc: TestCoordinator, other: Faulty): Promise<Played> {
  const { participants } = world;
  played += 1;
  const [first, late] = [other, slow].map((fault, index) =>
    statefulParticipant(participants, `p${String(index)}-${String(played)}`, { fault }),
  );
  if (first === undefined || late === undefined) throw new Error('two participants');
  const { id } = await dtc.start([first.url, late.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expectAllAsDecided(document, [first, late]);
  return { document, phases: participants.phases(id, late.name) };
}

const committed = { status: 'committed' };
const refused = { status: 'rolledback', reason: { code: 'refused', participant: 'p1' } };

it('asks nobody twice whose answer comes later', async () => {
  const { dtc } = world;
  expect(await play(dtc, healthy)).toMatchObject({ document: committed, phases: ['prepare', 'commit'] });
  expect(await play(dtc, refusing)).toMatchObject({ document: refused, phases: ['prepare', 'rollback'] });
});

it('asks again where the request is not found, and takes it for lost', async () => {
  expect(await play(apart, healthy)).toMatchObject({
    document: committed,
    phases: ['prepare', 'prepare', 'commit'],
  });
  expect(await play(apart, refusing)).toMatchObject({
    document: refused,
    phases: ['prepare', 'prepare', 'rollback', 'rollback'],
  });
});
