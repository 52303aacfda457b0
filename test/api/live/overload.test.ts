/** More is started than is done: it is refused early, with nothing handed over, and everything else is answered as ever. */
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { progressOf } from '../../../src/coordinator/transaction/admission/progress';
import { type Participants, hang, startParticipants } from '../../support/participants';
import { eventually, until } from '../../support/until';

let participants: Participants;
beforeAll(async () => {
  participants = await startParticipants();
});
afterAll(() => participants.close());

interface Answered {
  readonly status: number;
  readonly type: unknown;
  readonly headers: Headers;
}

describe('where no worker does what was started', () => {
  const inTime = { timeoutMs: 600_000 };
  let dtc: TestCoordinator;
  let posted = 0;
  const answers: Answered[] = [];
  const post = (): void => {
    posted += 1;
    void dtc.post({ participants: [participants.url('a')], ...inTime }).then(async answer => {
      answers.push(await told(answer));
    });
  };
  const ofType = (type: string): Answered[] => answers.filter(each => each.type === `/problems/${type}`);

  it('refuses starts at once, answers the repeat of one, reads, actions and health, and who is in line when it stops', async () => {
    dtc = await startCoordinator({ apiOnly: true });
    const key = { 'idempotency-key': 'started-before' };
    const body = { participants: [participants.url('b')], ...inTime };
    const before = await dtc.start(body, key);
    for (let nth = 0; nth < 90; nth += 1) post();
    const [refused] = await until(
      () => {
        post();
        return ofType('overloaded');
      },
      found => found.length > 0,
      { everyMs: 200 },
    );
    expect(refused?.status).toBe(503);
    expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused?.headers.get('location')).toBeNull();
    const [again, other, read, health, ready, act] = await Promise.all([
      dtc.post(body, key),
      dtc.post(body, { 'idempotency-key': 'never-used' }).then(told),
      dtc.get(before.id),
      fetch(`${dtc.url}/healthz`),
      fetch(`${dtc.url}/readyz`),
      dtc.act(before.id, 'abort').then(told),
    ]);
    expect([again.status, again.headers.get('location')]).toEqual([201, `/transactions/${before.id}`]);
    expect([other.status, other.type]).toEqual([503, '/problems/overloaded']);
    expect(read).toMatchObject({ id: before.id, status: 'pending' });
    expect([health.status, ready.status]).toEqual([200, 200]);
    expect(act.type).toBe('/problems/worker-unavailable');
    expect(answers.length).toBeLessThan(posted); // others are in line
    await dtc.close();
    await eventually(() => answers.length === posted);
    expect(ofType('stopping').length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
  });
});

async function told(answer: Response): Promise<Answered> {
  const { type } = (await answer.json()) as { type?: unknown };
  return { status: answer.status, type, headers: answer.headers };
}

describe('how far one is', () => {
  let dtc: TestCoordinator;
  beforeAll(async () => {
    dtc = await startCoordinator({
      limits: { prepareTimeoutMs: 20_000, retryInitialMs: 20_000, retryMaxMs: 20_000 },
    });
  });
  afterAll(() => dtc.close());
  const progress = async (id: string): Promise<string> =>
    progressOf(await dtc.client.workflow.getHandle(id).describe()).is;
  const reaches = (id: string, wanted: string): Promise<string> =>
    until(
      () => progress(id),
      seen => seen === wanted,
    );

  it('is over once it has ended, and where a participant is asked again or a lock is waited for', async () => {
    expect(await progress((await dtc.run([participants.url('well')])).id)).toBe('over');
    participants.on('down', () => 503);
    const retried = await dtc.start([participants.url('down')]);
    await reaches(retried.id, 'over');
    const locks = [{ resource: dtc.taskQueue, mode: 'exclusive' }];
    const holder = await dtc.start({ participants: [participants.url('down')], locks });
    await reaches(holder.id, 'over');
    const waiter = await dtc.start({
      participants: [participants.url('well')],
      locks,
      lockTimeoutMs: 60_000,
    });
    await reaches(waiter.id, 'over');
    expect((await dtc.get(waiter.id)).state).toBe('acquiringLocks');
    for (const { id } of [retried, holder]) await dtc.act(id, 'abort');
  });

  it('is asking while a participant has not answered, and waiting while nobody has begun it', async () => {
    participants.on('hangs', () => hang);
    const asking = await dtc.start([participants.url('hangs')]);
    await reaches(asking.id, 'asking');
    await dtc.act(asking.id, 'abort');
    await dtc.stopWorker();
    const waiting = await dtc.start([participants.url('well')]);
    expect(await progress(waiting.id)).toBe('waiting');
  });
});
