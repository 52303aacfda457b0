/**
 * Owns the kinds of transaction that are replayed: each is played once against a real server to record its history, and
 * has to end as it says, so that a file holds what its name says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowHandle } from '@temporalio/client';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { startCoordinator } from '../support/coordinator';
import { firstCompletion, startGrpcProxy } from '../support/grpcProxy';
import { loseNextAttempt } from '../support/lostWorker';
import { startLink, startPartWorker } from '../support/partWorker';
import { type Answer, type Script, hang } from '../support/participants';
import { gate } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { locked } from './lockScenarios';
import { notified } from './noticeScenarios';
import { type Stage, stageLimits, withinTask } from './stage';

export interface Scenario {
  /** Resolves with its id: at the end, or earlier where the history is to end earlier. */
  readonly play: (stage: Stage) => Promise<string>;
  readonly ends: object;
  /** What is recorded is the history as it stands when `play` resolves; the transaction goes on afterwards. */
  readonly half?: true;
  /** Of another workflow than the transaction's. */
  readonly historyOf?: () => string;
}

const committed = { status: 'committed', decision: 'commit', state: 'committed' };
const rolledback = { status: 'rolledback', decision: 'rollback', state: 'rolledback' };
const because = (code: string, more = {}): object => ({ ...rolledback, reason: { code }, ...more });

const ended = (d: TransactionDocument): boolean => d.endedAt !== undefined;
const needsAttention = (d: TransactionDocument): boolean => d.needsAttention;

/** One answer after the other to the requests of a phase, then 200. */
function answers(phase: Phase, ...each: Answer[]): Script {
  return r => (r.phase === phase ? each[r.nth - 1] : undefined);
}

const always =
  (phase: Phase, how: Answer): Script =>
  r =>
    r.phase === phase ? how : undefined;

const settled = async (stage: Stage, id: string): Promise<string> => {
  await stage.dtc.until(id, ended);
  return id;
};

/** A transaction of `a` and `late`, up to where `late` needs attention in its commit, or in its rollback. */
async function inAttention(stage: Stage, phase: Phase = 'commit', more = {}): Promise<string> {
  if (phase === 'rollback') stage.on('no', always('prepare', 409));
  const id = await stage.start(phase === 'rollback' ? ['a', 'late', 'no'] : ['a', 'late'], more);
  await stage.dtc.until(id, needsAttention);
  return id;
}

/** `a` has said yes, `hangs` is silent. */
async function waitingForAVote(stage: Stage, timeoutMs: Ms = 2500): Promise<string> {
  stage.on('hangs', always('prepare', hang));
  const id = await stage.start(['a', 'hangs'], { timeoutMs });
  await stage.received(id, 'hangs', 'prepare');
  return id;
}

const who = { by: 'night shift', reason: 'looked it up' };

const plain: Record<string, Scenario> = {
  'commit of one': { play: s => s.run(['a']), ends: committed },
  'commit of two': { play: s => s.run(['a', 'b']), ends: committed },
  'commit of three': { play: s => s.run(['a', 'b', 'c']), ends: committed },
  'commit with names, payloads and labels': {
    play: s =>
      s.run([{ url: s.url('a'), name: 'hotel', payload: { nights: 2 } }, s.url('b')], {
        labels: { order: '7' },
      }),
    ends: { ...committed, labels: { order: '7' } },
  },
  refused: {
    play: s => {
      s.on('no', always('prepare', 409));
      return s.run(['a', 'no', 'c']);
    },
    ends: because('refused'),
  },
  'refused by all': {
    play: s => {
      s.on('no', always('prepare', 409));
      s.on('nor', always('prepare', 404));
      return s.run(['no', 'nor']);
    },
    ends: because('refused'),
  },
  'yes at the second request': {
    play: s => {
      s.on('late', answers('prepare', 503));
      return s.run(['a', 'late']);
    },
    ends: committed,
  },
  'no at the second request': {
    play: s => {
      s.on('late', answers('prepare', 503, 409));
      return s.run(['a', 'late'], { timeoutMs: 1500 });
    },
    ends: because('refused'),
  },
  unavailable: {
    play: s => {
      s.on('busy', always('prepare', 503));
      return s.run(['a', 'busy'], { timeoutMs: 1500 });
    },
    ends: because('unavailable'),
  },
  'nobody reached': {
    play: s => s.run([{ url: 'http://127.0.0.1:9/nobody/prepare' }]),
    ends: because('unavailable'),
  },
  deadline: {
    play: async s => settled(s, await waitingForAVote(s, 900)),
    ends: because('deadline'),
  },
  'straggler in commit': {
    play: s => {
      s.on('late', answers('commit', 500, hang, 500));
      return s.run(['a', 'late']);
    },
    ends: committed,
  },
  'attention in commit': {
    play: s => {
      s.on('late', answers('commit', 500, 500, 500, 500));
      return s.run(['a', 'late']);
    },
    ends: { ...committed, needsAttention: false },
  },
  'attention in commit, told to lists at its end': {
    play: s => {
      s.on('late', answers('commit', 500, 500, 500, 500));
      return s.run(['a', 'late']);
    },
    ends: { ...committed, needsAttention: false },
  },
  'nobody reached, told to lists at its end': {
    play: s => s.run([{ url: 'http://127.0.0.1:9/nobody/prepare' }]),
    ends: because('unavailable'),
  },
  'attention in rollback': {
    play: async s => {
      s.on('late', answers('rollback', 500, 500, 500, 500, 500));
      return settled(s, await inAttention(s, 'rollback'));
    },
    ends: because('refused'),
  },
};

const operated: Record<string, Scenario> = {
  'abort by signal': {
    play: async s => {
      const id = await waitingForAVote(s);
      await s.signal(id, 'abort', { reason: 'changed my mind', by: 'someone' });
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'abort by update': {
    play: async s => {
      const id = await waitingForAVote(s);
      await s.act(id, 'abort', { reason: 'changed my mind' });
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'abort by workflow cancel': {
    play: async s => {
      const id = await waitingForAVote(s);
      await s.dtc.client.workflow.getHandle(id).cancel();
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'abort between two requests': {
    play: async s => {
      s.on('busy', answers('prepare', 503, hang));
      const id = await s.start(['a', 'busy'], { timeoutMs: 2500 });
      await s.received(id, 'busy', 'prepare', 2);
      await s.act(id, 'abort');
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'given up after a last look': {
    play: async s => {
      s.on('busy', answers('prepare', 429, hang));
      const id = await s.start(['a', 'busy'], { timeoutMs: 2500 });
      await s.received(id, 'busy', 'prepare', 2);
      await s.act(id, 'abort');
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'given up while its worker is lost': {
    play: async s => {
      s.on('busy', ({ phase, nth }) =>
        phase === 'prepare' && nth === 1
          ? response => response.writeHead(503, { 'retry-after': '2' }).end()
          : undefined,
      );
      const id = await s.start(['a', 'busy'], { timeoutMs: 30_000 });
      await loseNextAttempt(s.dtc.client, id, 'prepare p2');
      await s.act(id, 'abort');
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'abort too late, and cancel': {
    play: async s => {
      const open = gate();
      s.on('late', r =>
        r.phase === 'commit' ? response => open.passed.then(() => response.end()) : undefined,
      );
      const id = await s.start(['a', 'late']);
      await s.received(id, 'late', 'commit');
      await s.signal(id, 'abort');
      await s.dtc.client.workflow.getHandle(id).cancel();
      open.open();
      return settled(s, id);
    },
    ends: { ...committed, actions: [{ action: 'abort' }, { action: 'abort', by: 'workflow cancel' }] },
  },
  'retry now by update': {
    play: async s => {
      let mended = false;
      s.on('late', r => (r.phase === 'commit' && !mended ? 500 : undefined));
      const id = await inAttention(s);
      mended = true;
      await s.act(id, 'retry');
      return settled(s, id);
    },
    ends: { ...committed, actions: [{ action: 'retryNow' }] },
  },
  'retry now by signal, twice': {
    play: async s => {
      let mended = false;
      s.on('late', r => (r.phase === 'commit' && !mended ? 500 : undefined));
      const id = await inAttention(s);
      await s.signal(id, 'retryNow');
      mended = true;
      await s.signal(id, 'retryNow', { by: 'night shift' });
      return settled(s, id);
    },
    ends: committed,
  },
  'retry now while a vote is awaited': {
    play: async s => {
      s.on('late', answers('prepare', 503, hang));
      const id = await s.start(['a', 'late']);
      await s.received(id, 'late', 'prepare', 2);
      await s.signal(id, 'retryNow');
      return settled(s, id);
    },
    ends: { ...committed, actions: [{ action: 'retryNow' }] },
  },
  'resolved as decided': {
    play: async s => {
      s.on('late', always('commit', 500));
      const id = await inAttention(s);
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'committed', ...who });
      return settled(s, id);
    },
    ends: { ...committed, participants: [{}, { state: 'forced' }] },
  },
  'resolved against the decision': {
    play: async s => {
      s.on('late', always('commit', 500));
      const id = await inAttention(s);
      await s.act(id, 'resolve', { participant: 'p2', outcome: 'rolledback', reason: 'gone for good' });
      return settled(s, id);
    },
    ends: { ...committed, heuristic: 'mixed' },
  },
  'resolved against the decision, where that is listed': {
    play: async s => {
      s.on('late', always('commit', 500));
      s.on('later', always('commit', 500));
      const id = await s.start(['a', 'late', 'later']);
      await s.dtc.until(id, d =>
        d.participants.every(p => p.attempts >= stageLimits.completionAttempts || p.state === 'committed'),
      );
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'unknown', ...who });
      await s.dtc.until(id, d => d.heuristic === 'hazard');
      await s.signal(id, 'resolve', { participant: 'p3', outcome: 'rolledback', ...who });
      return settled(s, id);
    },
    ends: {
      ...committed,
      heuristic: 'mixed',
      participants: [{}, { heuristic: 'hazard' }, { heuristic: 'mixed' }],
    },
  },
  'resolved as unknown, in rollback': {
    play: async s => {
      s.on('late', always('rollback', 500));
      const id = await inAttention(s, 'rollback');
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'unknown', ...who });
      return settled(s, id);
    },
    ends: { ...rolledback, heuristic: 'hazard' },
  },
  'resolved during the round, and contradicted': {
    play: async s => {
      const open = gate();
      s.on('no', always('prepare', 409));
      s.on('slow', r =>
        r.phase === 'rollback' ? response => open.passed.then(() => response.end()) : undefined,
      );
      const id = await s.start(['no', 'slow']);
      await s.received(id, 'slow', 'rollback');
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'committed', ...who });
      open.open();
      return settled(s, id);
    },
    ends: { ...rolledback, heuristic: 'mixed' },
  },
  'resolved before the late rollback': {
    play: async s => {
      s.on('silent', r => (r.phase === 'rollback' ? 500 : hang));
      const id = await s.start(['a', 'silent'], { timeoutMs: 900 });
      await s.received(id, 'silent', 'rollback', 2);
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'rolledback', ...who });
      return settled(s, id);
    },
    ends: because('deadline', { participants: [{}, { state: 'forced' }] }),
  },
  'misunderstood signals': {
    play: async s => {
      s.on('late', always('commit', 500));
      const id = await inAttention(s);
      await s.signal(id, 'stop');
      await s.signal(id, 'resolve', 'committed');
      await s.signal(id, 'resolve', { participant: 'nobody', outcome: 'committed', ...who });
      await s.signal(id, 'abort');
      s.on('late', () => undefined);
      return settled(s, id);
    },
    ends: { ...committed, actions: [{ action: 'stop' }, { action: 'resolve' }, {}, { action: 'abort' }] },
  },
  'repeated and conflicting signals': {
    play: async s => {
      const id = await waitingForAVote(s);
      await Promise.all(['abort', 'abort', 'retryNow', 'abort'].map(name => s.signal(id, name)));
      await s.dtc.until(id, d => d.status !== 'pending');
      await s.signal(id, 'resolve', { participant: 'p1', outcome: 'committed', ...who });
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'more messages than are kept': {
    play: async s => {
      s.on('late', always('commit', 500));
      const id = await inAttention(s);
      for (let nth = 0; nth < 60; nth += 1) await s.signal(id, 'abort', { by: `caller ${nth}` });
      s.on('late', () => undefined);
      return settled(s, id);
    },
    ends: committed,
  },
  'abort before the first task': {
    play: s => beforeTheFirstTask(s, handle => handle.signal('abort', {})),
    ends: because('aborted'),
  },
  'cancel before the first task': {
    play: s => beforeTheFirstTask(s, handle => handle.cancel()),
    ends: because('aborted'),
  },
};

/** No worker runs until it was told. */
async function beforeTheFirstTask(
  stage: Stage,
  tell: (handle: WorkflowHandle) => Promise<unknown>,
): Promise<string> {
  const dtc = await startCoordinator({ apiOnly: true, limits: stageLimits });
  try {
    const { id } = await dtc.start({ participants: [stage.url('a'), stage.url('b')], timeoutMs: 3000 });
    await tell(dtc.client.workflow.getHandle(id));
    await dtc.startWorker();
    await dtc.until(id, ended);
    return id;
  } finally {
    await dtc.close();
  }
}

const late: Record<string, Scenario> = {
  'late rollback': {
    play: async s => {
      const id = await waitingForAVote(s, 1500);
      await s.act(id, 'abort');
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'late rollback refused at first': {
    play: async s => {
      s.on('silent', r =>
        r.phase === 'prepare' ? hang : ([200, 500, 500, 500, 500, 200][r.nth - 1] ?? 200),
      );
      const id = await s.start(['a', 'silent'], { timeoutMs: 900 });
      return settled(s, id);
    },
    ends: because('deadline', { participants: [{}, { state: 'rolledback' }] }),
  },
  'rollback under way when it becomes quiet': {
    play: async s => {
      let since = Infinity;
      s.on('silent', r => (r.phase === 'prepare' ? hang : r.at < since ? 500 : 200));
      const id = await s.start(['a', 'silent'], { timeoutMs: 900 });
      const { decideBy } = await s.dtc.get(id);
      since = Date.parse(decideBy) + stageLimits.prepareTimeoutMs + 2000;
      return settled(s, id);
    },
    ends: because('deadline', { participants: [{}, { state: 'rolledback' }] }),
  },
  'rollback counted on when it becomes quiet': {
    play: async s => {
      let since = Infinity;
      s.on('silent', r => (r.phase === 'prepare' ? hang : r.at < since ? 500 : 200));
      const id = await s.start(['a', 'silent'], { timeoutMs: 900 });
      const { decideBy } = await s.dtc.get(id);
      since = Date.parse(decideBy) + stageLimits.prepareTimeoutMs + 2000;
      return settled(s, id);
    },
    ends: because('deadline', { participants: [{}, { state: 'rolledback' }] }),
  },
};

const provisional: Record<string, Scenario> = {
  'provisional commit': {
    play: s => s.run(['a', 'b'], { onCommitFailure: 'rollback' }),
    ends: committed,
  },
  'provisional commit with a straggler': {
    play: s => {
      s.on('late', answers('commit', 500));
      return s.run(['a', 'late'], { onCommitFailure: 'rollback' });
    },
    ends: committed,
  },
  'provisional commit given up': {
    play: s => {
      s.on('late', always('commit', 503));
      s.on('later', always('commit', hang));
      return s.run(['a', 'late', 'later'], { onCommitFailure: 'rollback' });
    },
    ends: because('commitFailure', { heuristic: 'mixed' }),
  },
  'provisional commit given up, found committed': {
    play: s => {
      s.on('late', r => (r.phase === 'commit' ? hang : r.phase === 'rollback' ? 409 : 200));
      return s.run(['late'], { onCommitFailure: 'rollback' });
    },
    ends: because('commitFailure', { heuristic: 'mixed' }),
  },
  'provisional commit given up, hazard': {
    play: s => {
      s.on('late', always('commit', hang));
      return s.run(['late'], { onCommitFailure: 'rollback' });
    },
    ends: because('commitFailure', { heuristic: 'hazard' }),
  },
  'provisional commit resolved': {
    play: async s => {
      s.on('late', answers('commit', 500, hang));
      const id = await s.start(['a', 'late'], { onCommitFailure: 'rollback' });
      await s.received(id, 'late', 'commit', 2);
      await s.signal(id, 'resolve', { participant: 'p2', outcome: 'committed', ...who });
      return settled(s, id);
    },
    ends: committed,
  },
};

/** The worker is cut off from Temporal in the middle of a request of `phase`; another one takes over. */
function workerLost(phase: Phase): (stage: Stage) => Promise<string> {
  return async s => {
    const dtc = await startCoordinator({ apiOnly: true, limits: stageLimits });
    const link = await startLink();
    const doomed = await startPartWorker({
      taskQueue: dtc.taskQueue,
      runs: 'both',
      address: link.address,
    });
    try {
      s.on('slow', answers(phase, hang));
      const { id } = await dtc.start({ participants: [s.url('a'), s.url('slow')], timeoutMs: 20_000 });
      await s.received(id, 'slow', phase);
      link.cut();
      await dtc.startWorker();
      await dtc.until(id, ended);
      return id;
    } finally {
      link.mend();
      await doomed.stop();
      await link.close();
      await dtc.close();
    }
  };
}

const restarted: Record<string, Scenario> = {
  'worker lost in the prepare round': { play: workerLost('prepare'), ends: committed },
  'worker lost in the commit round': { play: workerLost('commit'), ends: committed },
  'worker stopped and started': {
    play: async s => {
      const dtc = await startCoordinator({ limits: stageLimits });
      try {
        s.on('late', answers('commit', 500, 500, 500, 500, 500, 500));
        const { id } = await dtc.start([s.url('a'), s.url('late')]);
        await s.received(id, 'late', 'commit', 2);
        await dtc.stopWorker();
        await dtc.startWorker();
        await dtc.until(id, ended);
        return id;
      } finally {
        await dtc.close();
      }
    },
    ends: committed,
  },
  'terminated in phase two': {
    play: async s => {
      s.on('late', always('commit', 500));
      const id = await inAttention(s);
      await s.dtc.client.workflow.getHandle(id).terminate('by hand');
      await s.dtc.until(id, d => d.state === 'interrupted');
      return id;
    },
    ends: { state: 'interrupted' },
  },
  'half: waiting for a vote': { play: s => waitingForAVote(s), ends: rolledback, half: true },
  'half: commit needs attention': {
    play: async s => {
      s.on('late', answers('commit', 500, 500, 500, 500, 500, 500));
      return inAttention(s);
    },
    ends: committed,
    half: true,
  },
  'half: waiting until it is quiet': {
    play: async s => {
      const id = await waitingForAVote(s);
      await s.act(id, 'abort');
      await s.dtc.until(id, d => d.status === 'rolledback');
      return id;
    },
    ends: because('aborted'),
    half: true,
  },
};

/** Longer than the first task waits. */
const late400: Answer = async response => {
  await sleep(400);
  response.end();
};

/** The first round is part of the first task (input version 4). The scenarios above were recorded before there was that. */
const fast: Record<string, Scenario> = {
  'first task with all votes in it': {
    play: s => withinTask(s, () => s.run(['a', 'b', 'c'])),
    ends: committed,
  },
  'first task with a no in it': {
    play: s => {
      s.on('no', always('prepare', 409));
      return withinTask(s, () => s.run(['a', 'no']));
    },
    ends: because('refused'),
  },
  'first task with a vote after its bound': {
    play: s => {
      s.on('late', answers('prepare', late400));
      return s.run(['a', 'late']);
    },
    ends: committed,
  },
  'first task with a no, and a vote after its bound': {
    play: s => {
      s.on('no', always('prepare', 409));
      s.on('late', answers('prepare', late400));
      return s.run(['a', 'no', 'late']);
    },
    ends: because('refused'),
  },
  'first task with one who is not there, and goes on alone': {
    play: s => {
      s.on('late', answers('prepare', 503));
      return s.run(['a', 'late']);
    },
    ends: committed,
  },
  'first task with a vote that never comes, aborted': {
    play: async s => {
      const id = await waitingForAVote(s);
      await s.act(id, 'abort');
      return settled(s, id);
    },
    ends: because('aborted'),
  },
  'first task lost': {
    play: async s => {
      const proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', firstCompletion());
      const dtc = await startCoordinator({ temporalAddress: proxy.address, limits: stageLimits });
      s.on('no', r => (r.phase === 'prepare' && r.nth > 1 ? 409 : undefined));
      try {
        const { id } = await dtc.start([s.url('a'), s.url('no')]);
        await dtc.until(id, ended);
        return id;
      } finally {
        await dtc.close();
        await proxy.close();
      }
    },
    ends: because('refused'),
  },
  'half: first task over, a vote is awaited': {
    play: async s => {
      const id = await waitingForAVote(s);
      const { client } = s.dtc;
      await eventually(async () => (await client.workflow.getHandle(id).describe()).historyLength > 5);
      return id;
    },
    ends: rolledback,
    half: true,
  },
};

/** What is recorded is the run that goes on. */
async function takenUp(s: Stage, id: string): Promise<string> {
  await s.dtc.client.workflow.getHandle(id).terminate('by hand');
  await s.dtc.until(id, d => d.state === 'interrupted');
  const { is } = await s.dtc.recover(id);
  if (is !== 'recovered') throw new Error(`recovering ${id} came to "${is}"`);
  return id;
}

const busyInCommit = answers('commit', 500, 500, 500, 500, 500, 500);

const recovered: Record<string, Scenario> = {
  'taken up again while preparing': {
    play: async s => settled(s, await takenUp(s, await waitingForAVote(s))),
    ends: because('aborted', { recoveries: [{ why: 'terminated' }] }),
  },
  'taken up again in commit': {
    play: async s => {
      s.on('late', busyInCommit);
      return settled(s, await takenUp(s, await inAttention(s)));
    },
    ends: { ...committed, recoveries: [{ why: 'terminated' }] },
  },
  'taken up again in rollback, and twice': {
    play: async s => {
      s.on('late', answers('rollback', 500, 500, 500, 500, 500, 500));
      return settled(s, await takenUp(s, await takenUp(s, await inAttention(s, 'rollback'))));
    },
    ends: because('refused', { recoveries: [{ why: 'terminated' }, { why: 'terminated' }] }),
  },
  'taken up again while a provisional commit is tried again': {
    play: async s => {
      s.on('late', answers('commit', hang, hang));
      const id = await s.start(['a', 'late'], { onCommitFailure: 'rollback' });
      await s.received(id, 'late', 'commit');
      return settled(s, await takenUp(s, id));
    },
    ends: { ...committed, recoveries: [{ why: 'terminated' }] },
  },
  'half: taken up again, and needs attention': {
    play: async s => {
      s.on('late', answers('commit', ...Array.from({ length: 12 }, () => 500)));
      const id = await takenUp(s, await inAttention(s));
      await s.dtc.until(id, d => d.state === 'committing' && d.needsAttention);
      return id;
    },
    ends: committed,
    half: true,
  },
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...locked,
  ...notified,
  ...recovered,
  ...plain,
  ...operated,
  ...late,
  ...provisional,
  ...restarted,
  ...fast,
};
