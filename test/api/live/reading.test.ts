/** PROTOCOL §3 on a real Temporal server: what is read of a transaction while it runs, without a worker, and long after. */
import { type ServerResponse } from 'node:http';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { timedId } from '../../../src/protocol/wire/ids';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { type Answer, always } from '../../support/participants';
import { faultsOf } from '../../support/records';
import { eventually } from '../../support/until';
import { useWorld } from '../../support/world';

const world = useWorld();
const urls = (...names: string[]): string[] => names.map(name => world.participants.url(name));
const patient = (...names: string[]): unknown => urls(...names).map(url => ({ url, timeoutMs: 20_000 }));

/** GET, which has to answer within a second; of three, since the machine may be busy with other tests. */
async function getAtOnce(id: string, dtc = world.dtc): Promise<TransactionDocument> {
  const tookMs: number[] = [];
  for (let nth = 1; nth <= 3; nth += 1) {
    const began = performance.now();
    const document = await dtc.get(id);
    tookMs.push(performance.now() - began);
    if (Math.min(...tookMs) < 1000) return document;
  }
  throw new Error(`GET took ${tookMs.map(Math.round).join(', ')} ms`);
}

interface Gate {
  readonly isReached: () => boolean;
  readonly open: () => void;
}

/** A participant whose answers to a phase wait until the gate opens. */
function gate(name: string, phase: Phase): Gate {
  const waiting: ServerResponse[] = [];
  const later: Answer = response => waiting.push(response);
  world.participants.on(name, always(phase, later));
  const open = (): void => {
    for (const response of waiting.splice(0)) response.end('{}');
  };
  return { isReached: () => waiting.length > 0, open };
}

it('answers within a second while a vote takes its time', async () => {
  const vote = gate('thinks', 'prepare');
  const { id } = await world.dtc.start({ participants: patient('a', 'thinks') });
  await eventually(vote.isReached);
  expect(await getAtOnce(id)).toMatchObject({ status: 'pending', state: 'preparing', decision: null });
  vote.open();
  expect((await world.dtc.until(id, d => d.endedAt !== undefined)).status).toBe('committed');
});

describe('with no worker', () => {
  let dtc: TestCoordinator;
  beforeEach(async () => {
    dtc = await startCoordinator({ apiOnly: true });
  });
  afterEach(() => dtc.close());

  it('accepts, answers within a second, and a worker that comes later ends it right', async () => {
    const { id } = await dtc.start({ participants: urls('a', 'b'), labels: { order: '12' } });
    const document = await getAtOnce(id, dtc);
    expect(document).toMatchObject({ status: 'pending', state: 'preparing', labels: { order: '12' } });
    expect(document.participants.map(({ name, state }) => [name, state])).toEqual([
      ['p1', 'waiting'],
      ['p2', 'waiting'],
    ]);
    expect(world.participants.requests(id)).toEqual([]);
    await dtc.startWorker();
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(ended.status).toBe('committed');
    expect(faultsOf(ended, world.participants)).toEqual([]);
  });

  it('answers 503 to an action, and says when to try again', async () => {
    const { id } = await dtc.start(urls('a'));
    const answer = await dtc.act(id, 'abort');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('tells the decision and who is missing of a transaction that is in phase two', async () => {
    let mended = false;
    world.participants.on('fails', r => (r.phase === 'commit' && !mended ? 500 : undefined));
    await dtc.startWorker();
    const { id } = await dtc.start(urls('a', 'fails'));
    await dtc.until(id, d => (d.participants[1]?.attempts ?? 0) >= 3);
    await dtc.stopWorker();
    expect(await getAtOnce(id, dtc)).toMatchObject({
      ...{ status: 'pending', state: 'committing', decision: 'commit' },
      participants: [
        { state: 'committed', vote: 'yes' },
        { state: 'committing', vote: 'yes', lastError: { code: 'unavailable', message: 'answered 500' } },
      ],
    });
    mended = true;
    await dtc.startWorker();
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(faultsOf(ended, world.participants)).toEqual([]);
    expect(world.participants.phases(id, 'a')).toEqual(['prepare', 'commit']);
  });

  it('answers for a closed transaction as if one were there', async () => {
    await dtc.startWorker();
    const { id } = await dtc.start(urls('a', 'b'));
    const closed = await dtc.until(id, d => d.endedAt !== undefined);
    await dtc.stopWorker();
    expect(await getAtOnce(id, dtc)).toEqual(closed);
  });
});

describe('Prefer: wait', () => {
  it('has POST answer when the outcome is there', async () => {
    const answer = await world.dtc.post(urls('a', 'b'), { prefer: 'wait=30' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(await answer.json()).toMatchObject({ status: 'committed' });
  });

  it('has POST answer 201 with what there is when the wait is over', async () => {
    const vote = gate('dawdles', 'prepare');
    const began = performance.now();
    const answer = await world.dtc.post({ participants: patient('dawdles') }, { prefer: 'wait=1' });
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    expect(answer.status).toBe(201);
    const document = (await answer.json()) as TransactionDocument;
    expect(document).toMatchObject({ status: 'pending', state: 'preparing' });
    await eventually(vote.isReached);
    vote.open();
    await world.dtc.until(document.id, d => d.endedAt !== undefined);
  });

  it('has GET answer when the state is another, not before', async () => {
    const commit = gate('last', 'commit');
    const { id } = await world.dtc.start({ participants: patient('a', 'last') });
    await eventually(commit.isReached);
    let answered = false;
    const url = `${world.dtc.url}/transactions/${id}`;
    const waiting = fetch(url, { headers: { prefer: 'wait=30' } }).finally(() => (answered = true));
    expect((await getAtOnce(id)).state).toBe('committing');
    expect(answered).toBe(false);
    commit.open();
    expect(await (await waiting).json()).toMatchObject({ state: 'committed', status: 'committed' });
  });
});

describe('an id that nobody knows', () => {
  const problemOf = async (id: string): Promise<unknown> => {
    const answer = await fetch(`${world.dtc.url}/transactions/${id}`);
    return { status: answer.status, type: ((await answer.json()) as { type: string }).type };
  };
  const unknown = { status: 404, type: '/problems/unknown-transaction' };

  it('is 404 when nothing of it tells that there was one', async () => {
    const { tag } = world.dtc;
    expect(await problemOf(timedId(tag, Date.now()))).toEqual(unknown);
    expect(await problemOf(`${tag}k${'0'.repeat(40)}`)).toEqual(unknown);
    expect(await problemOf('nonsense')).toEqual(unknown);
  });

  it('is 410 when it is older than records are kept, which is 30 days', async () => {
    const day = 86_400_000;
    const before = (days: number): string => timedId(world.dtc.tag, Date.now() - days * day);
    expect(await problemOf(before(31))).toEqual({ status: 410, type: '/problems/expired-transaction' });
    expect(await problemOf(before(29))).toEqual(unknown);
  });
});
