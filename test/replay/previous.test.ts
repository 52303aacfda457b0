/**
 * The workflow's code is replaced under a transaction: the version before, kept as the bundle that was shipped, starts it
 * on a real server and is stopped half way; the current version finishes it.
 *
 * When a version is released, what is shipped becomes the version before: KEEP_AS_PREVIOUS=1 npx jest test/replay/previous
 */
import { randomUUID } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { type History } from '@temporalio/common/lib/proto-utils';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import {
  type Fault,
  type StatefulParticipant,
  expectAllAsDecided,
  silence,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { bundleWith, keepAsPrevious, previousBundle } from './bundles';
import { keepHistoriesAsPrevious } from './histories';

if (process.env['KEEP_AS_PREVIOUS'] === '1') {
  beforeAll(() => {
    keepAsPrevious();
    keepHistoriesAsPrevious();
  });
}

interface Half {
  readonly what: string;
  /** What `late` does until the version is changed. */
  readonly late: (phase: Phase) => Fault | undefined;
  readonly options?: object;
  readonly abort?: true;
  readonly reached: (d: TransactionDocument) => boolean;
  readonly ends: object;
}

const asksForPatience: Fault = {
  instead: (response: ServerResponse) => response.writeHead(503, { 'retry-after': '4' }).end(),
};
const silent: Fault = { instead: silence };
const hasFailed = (d: TransactionDocument): boolean => d.participants.some(p => p.lastError !== undefined);
const committed = { status: 'committed', needsAttention: false };

const halves: readonly Half[] = [
  {
    what: 'a vote is awaited',
    late: phase => (phase === 'prepare' ? silent : undefined),
    reached: d => d.participants[1]?.state === 'preparing',
    ends: committed,
  },
  {
    what: 'a vote is asked for again',
    late: phase => (phase === 'prepare' ? asksForPatience : undefined),
    reached: hasFailed,
    ends: committed,
  },
  {
    what: 'a commit is tried again',
    late: phase => (phase === 'commit' ? asksForPatience : undefined),
    reached: hasFailed,
    ends: committed,
  },
  {
    what: 'a commit needs attention',
    late: phase => (phase === 'commit' ? { instead: 500 } : undefined),
    reached: d => d.needsAttention,
    ends: committed,
  },
  {
    what: 'a provisional commit is tried again',
    late: phase => (phase === 'commit' ? asksForPatience : undefined),
    options: { onCommitFailure: 'rollback' },
    reached: d => d.state === 'committing' && hasFailed(d),
    ends: committed,
  },
  {
    what: 'one more rollback waits until it is quiet',
    late: phase => (phase === 'prepare' ? silent : undefined),
    options: { timeoutMs: 5000 },
    abort: true,
    reached: d => d.status === 'rolledback',
    ends: { status: 'rolledback', reason: { code: 'aborted' } },
  },
];

let dtc: TestCoordinator;
let participants: Participants;
let mended = false;
const ids = new Map<Half, string>();
const services = new Map<Half, StatefulParticipant[]>();

beforeAll(async () => {
  participants = await startParticipants();
  const limits = {
    prepareTimeoutMs: 1000,
    completionTimeoutMs: 1000,
    retryMaxMs: 4000,
    attentionRetryMs: 4000,
    prepareAttempts: 30, // more than are used up before all are half way
    completionAttempts: 6,
  };
  dtc = await startCoordinator({ apiOnly: true, limits });
  await dtc.startWorker(previousBundle());
  await Promise.all(halves.map(startHalf));
  await dtc.stopWorker();
  mended = true;
}, 120_000);
afterAll(async () => {
  await dtc.close();
  await participants.close();
});

async function startHalf(half: Half): Promise<void> {
  const name = half.what.replaceAll(' ', '-');
  const fault = ({ phase }: { phase: Phase }): Fault | undefined => (mended ? undefined : half.late(phase));
  const both = [
    statefulParticipant(participants, `${name}-a`),
    statefulParticipant(participants, `${name}-late`, { fault }),
  ];
  const urls = both.map(each => each.url);
  const { id } = await dtc.start({ participants: urls, timeoutMs: 180_000, ...half.options });
  ids.set(half, id);
  services.set(half, both);
  if (half.abort === true) await eventually(async () => (await dtc.act(id, 'abort')).ok);
  await dtc.until(id, half.reached, 60_000);
}

async function historyOf(id: string): Promise<NonNullable<History['events']>> {
  return (await dtc.client.workflow.getHandle(id).fetchHistory()).events ?? [];
}

/** How many bundles completed a workflow task of it. */
async function versions(id: string): Promise<number> {
  const completed = (await historyOf(id)).map(event => event.workflowTaskCompletedEventAttributes);
  return new Set(completed.flatMap(each => each?.workerVersion?.buildId ?? [])).size;
}

/** Why workflow tasks failed, in its history. */
async function failures(id: string): Promise<string> {
  const failed = (await historyOf(id)).map(
    event => event.workflowTaskFailedEventAttributes?.failure?.message,
  );
  return failed.filter(message => message != null).join();
}

const idOf = (half: Half): string => ids.get(half) ?? '';

it('stalls, is shown and says why where the workflow was changed without a patch', async () => {
  const change = { what: 'another activity id', replace: '`${phase} round`', by: '`${phase} rounds`' };
  await dtc.startWorker(bundleWith(change));
  for (const half of halves) {
    await eventually(async () => (await failures(idOf(half))).includes('TMPRL1100'), 60_000);
    expect(await dtc.get(idOf(half))).not.toHaveProperty('endedAt');
  }
  await dtc.stopWorker();
}, 120_000);

describe('goes on where it was once the right version runs:', () => {
  beforeAll(() => dtc.startWorker());

  it.each(halves)('$what', async half => {
    const document = await dtc.until(idOf(half), d => d.endedAt !== undefined);
    expect(document).toMatchObject(half.ends);
    expectAllAsDecided(document, services.get(half) ?? []);
    expect(await versions(document.id)).toBe(2);
  });
});

it('leaves a transaction of a newer version to a worker that knows it', async () => {
  const options = { workflowId: `newer-${randomUUID()}`, taskQueue: dtc.taskQueue, args: [{ version: 8 }] };
  const handle = await dtc.client.workflow.start('transaction', options);
  await eventually(async () => (await failures(handle.workflowId)).includes('run a newer worker'));
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
});
