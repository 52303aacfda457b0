/**
 * I1 to I4 where a worker process is frozen (SIGSTOP) past its timeouts while it holds calls, another takes over, and the
 * first wakes (SIGCONT) while the other's requests are open: two attempts overlap, and the older one may take effect last.
 * One worker is frozen once, over transactions at each point; each then has its own test.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { type CoordinatorProcess, endProcesses, startProcess } from '../support/processes';
import { faultsOf } from '../support/records';
import {
  type Fault,
  type Gate,
  type StatefulParticipant,
  expectAllAsDecided,
  gate,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

/** Long for who holds an answer back until the worker wakes: it is taken for lost by its heartbeats, long before. */
const patient = { prepareTimeoutMs: 20_000, completionTimeoutMs: 20_000 };
const world = useWorld({ limits: { ...patient, prepareAttempts: 50, retryMaxMs: 1000 }, apiOnly: true });

interface Story {
  readonly name: string;
  /** The first request of it is the frozen worker's, and takes effect last. */
  readonly phase: Phase;
  readonly request?: { readonly timeoutMs: number };
  /** Of each request of the transaction. */
  readonly timeoutMs?: number;
  /** What the worker that took over is answered; else its request is held too, until the other worker has woken. */
  readonly repeat?: 409;
  /** Another participant votes no. */
  readonly refused?: boolean;
  readonly ends: object;
  /** What the participant did before the request of the frozen worker took effect, and from then on. */
  readonly first: readonly string[];
  readonly then: readonly string[];
}

const committed = { status: 'committed', decision: 'commit' };
const rolledback = { status: 'rolledback', decision: 'rollback', reason: { code: 'refused' } };

const stories: readonly Story[] = [
  {
    name: 'voted yes to both',
    phase: 'prepare',
    ends: committed,
    first: ['prepare 200', 'commit 200'],
    then: ['prepare 200'],
  },
  {
    name: 'voted no to the second, and yes to the first after it was rolled back',
    phase: 'prepare',
    ...{ request: { timeoutMs: 14_000 }, timeoutMs: 1500, repeat: 409 },
    ends: rolledback,
    first: ['rollback 200'],
    then: ['prepare 200', 'rollback 200'],
  },
  {
    name: 'was told to commit',
    phase: 'commit',
    ends: committed,
    first: ['prepare 200', 'commit 200'],
    then: ['commit 200'],
  },
  {
    name: 'was told to roll back',
    ...{ phase: 'rollback', refused: true },
    ends: rolledback,
    first: ['prepare 200', 'rollback 200'],
    then: ['rollback 200'],
  },
];

interface Held {
  readonly story: Story;
  readonly id: string;
  readonly late: StatefulParticipant;
  readonly beside: StatefulParticipant;
  /** Let the request of the frozen worker, and of the one that took over, be carried out. */
  readonly old: Gate;
  readonly fresh: Gate;
}

let frozen: CoordinatorProcess;
let before: string;
let held: readonly Held[];
let swallowed: TransactionDocument;
let overtaken: TransactionDocument;

function startWorker(): Promise<CoordinatorProcess> {
  return startProcess({
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: world.dtc.taskQueue,
    DTC_ROLE: 'worker',
  });
}

/** Up to where the worker that will be frozen has sent the request. */
async function hold(story: Story): Promise<Held> {
  const { dtc, participants } = world;
  const { phase, repeat, refused = false } = story;
  const [old, fresh] = [gate(), gate()];
  const second: Fault = repeat === undefined ? { after: fresh.passed } : { instead: repeat };
  const late = statefulParticipant(participants, story.name.replaceAll(/\W+/g, '-'), {
    remembersRollbacks: false,
    fault: r => (r.phase === phase ? [{ after: old.passed }, second][r.nth - 1] : undefined),
  });
  const beside = statefulParticipant(participants, `${late.name}-beside`, {
    fault: r => (r.phase === 'prepare' && refused ? { instead: 409 } : undefined),
  });
  const timeoutMs = story.timeoutMs ?? patient.prepareTimeoutMs;
  const both = [late, beside].map(({ url }) => ({ url, timeoutMs }));
  const { id } = await dtc.start({ timeoutMs: 40_000, ...story.request, participants: both });
  await eventually(() => participants.requests(id, late.name, phase).length === 1);
  return { story, id, late, beside, old, fresh };
}

/** Asked for its vote every second: the worker is frozen between two requests, and is given one that it cannot begin. */
async function askAgainAndAgain(
  name: string,
  timeoutMs: number,
  votesAtLast = (): boolean => false,
): Promise<TransactionDocument> {
  const { dtc, participants } = world;
  const later: Fault = { instead: response => response.writeHead(503, { 'retry-after': '1' }).end() };
  const busy = statefulParticipant(participants, name, {
    fault: r => (r.phase === 'prepare' && !votesAtLast() ? later : undefined),
  });
  const { id } = await dtc.start({ participants: [{ url: busy.url, timeoutMs: 500 }], timeoutMs });
  return dtc.until(id, d => d.participants[0]?.nextAttemptAt !== undefined);
}

/** Temporal has given the frozen worker the next request. */
async function isSwallowed({ id }: TransactionDocument): Promise<boolean> {
  const { raw } = await world.dtc.client.workflow.getHandle(id).describe();
  const [activity] = raw.pendingActivities ?? [];
  const begun = Number(activity?.state) === 2; // temporal.api.enums.v1.PendingActivityState: in an attempt
  const byFrozen = activity?.lastWorkerIdentity?.includes(`/${frozen.pid}@`) === true;
  return begun && byFrozen && (activity.attempt ?? 0) > 1;
}

/** The other worker's request, and what it led to, are through before the older one is carried out. */
async function letGo({ id, story, late, old, fresh }: Held): Promise<void> {
  fresh.open();
  await eventually(() => late.answers(id).length === story.first.length);
  old.open();
}

beforeAll(async () => {
  const { dtc, participants } = world;
  frozen = await startWorker();
  await dtc.run({ participants: [participants.url('warm')], timeoutMs: 30_000 });
  held = await Promise.all(stories.map(hold));
  let isFrozen = false;
  swallowed = await askAgainAndAgain('busy', 9000);
  overtaken = await askAgainAndAgain('soon-ready', 60_000, () => isFrozen);
  process.kill(frozen.pid, 'SIGSTOP');
  isFrozen = true;
  await eventually(() => isSwallowed(swallowed));
  await eventually(() => isSwallowed(overtaken));
  before = frozen.printed.stdout;
  await startWorker();

  const overlaps = ({ id, late, story }: Held): boolean =>
    participants.requests(id, late.name, story.phase).length === 2;
  await eventually(() => held.every(overlaps));
  await eventually(() => Date.now() > Date.parse(swallowed.decideBy));
  overtaken = await dtc.until(overtaken.id, d => d.endedAt !== undefined);
  process.kill(frozen.pid, 'SIGCONT');
  await Promise.all(held.map(letGo));
}, 60_000);
afterAll(endProcesses);

describe('a participant that was asked twice at once, by a worker that froze and by the next, and', () => {
  it.each(stories)('$name ends as all do', async story => {
    const { dtc, participants } = world;
    const one = held.find(each => each.story === story);
    if (one === undefined) throw new Error('it was not played');
    const { id, late, beside } = one;
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document).toMatchObject(story.ends);
    await eventually(() => late.answers(id).length === story.first.length + story.then.length);
    expect(late.answers(id)).toEqual([...story.first, ...story.then]);
    expect(faultsOf(document, participants)).toEqual([]);
    expectAllAsDecided(document, [late, beside]);
  });
});

it('does not send a prepare that the worker was given while it was frozen, and begins after the deadline', async () => {
  const { dtc, participants } = world;
  await eventually(() => saidSinceItWoke(swallowed, 'its time had passed before it was sent'));
  const document = await dtc.until(swallowed.id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback' });
  expect(faultsOf(document, participants)).toEqual([]);
});

function saidSinceItWoke({ id }: TransactionDocument, words: string): boolean {
  const since = frozen.printed.stdout.slice(before.length).split('\n');
  return since.some(line => line.includes(id) && line.includes(words));
}

it('does not send a prepare of a transaction that another worker has brought to its end meanwhile', async () => {
  const { participants } = world;
  expect(overtaken).toMatchObject(committed);
  await eventually(() => saidSinceItWoke(overtaken, 'another may have it now'));
  const after = participants
    .requests(overtaken.id)
    .filter(({ at }) => at > Date.parse(overtaken.endedAt ?? ''));
  expect(after).toEqual([]);
});

it('sends no prepare after the deadline in any of them', () => {
  const late = world.participants.received.filter(
    ({ phase, at, body }) => phase === 'prepare' && at > Date.parse(String(body['decideBy'])),
  );
  expect(late).toEqual([]);
});
