/** Owns what people do past the API, and a program that is not ours. */
import { type Client, type WorkflowHandle } from '@temporalio/client';
import { pick } from '../../src/testing/random';
import { runForeignWorker } from './foreignWorker';
import { type FaultKind, type Scene } from './kind';

export function meddling(scene: Scene): FaultKind[] {
  const { temporal, anyOpen, world } = scene;
  const onAny = (fault: string, act: (handle: WorkflowHandle) => Promise<unknown>): FaultKind => ({
    ...{ fault, targets: ['a transaction'], longestMs: 500 },
    run: async () => {
      const [id] = anyOpen();
      if (id === undefined) return 'none was open';
      return soon(temporal, () => act(temporal.workflow.getHandle(id))).then(
        () => id,
        (error: unknown) => `${id}: ${String(error)}`, // it has ended meanwhile, or Temporal is down
      );
    },
  });
  return [
    onAny('signal abort', one => one.signal('abort', { reason: 'chaos', by: 'nemesis' })),
    onAny('signal retryNow', one => one.signal('retryNow', { by: 'nemesis' })),
    {
      ...{ fault: 'signal resolve', targets: ['a transaction'], longestMs: 500 },
      run: () => settleOne(scene),
    },
    onAny('signal of nonsense', one => one.signal('resolve', { outcome: 1 })),
    onAny('cancel', one => one.cancel()),
    onAny('terminate', one => one.terminate('chaos')),
    {
      ...{ fault: 'foreign worker', targets: ['queue'], longestMs: 4_000 },
      run: (_target, until) => runForeignWorker(world, until),
    },
  ];
}

const soonMs = 5_000;

/** A server that stands still does not hold up the run. */
export function soon<T>(temporal: Client, work: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + soonMs, work);
}

interface Document {
  readonly decision?: string;
  readonly participants: readonly { readonly name: string; readonly state: string }[];
}

const outcomes = ['committed', 'rolledback', 'unknown'] as const;

/** Settles somebody whom phase two of some transaction waits for, rightly or not. */
async function settleOne(scene: Scene): Promise<string> {
  let why = 'nobody was waited for';
  for (const id of scene.anyOpen()) {
    const said = await soon(scene.temporal, () => settle(scene.temporal.workflow.getHandle(id), scene)).catch(
      (error: unknown) => void (why = String(error)),
    );
    if (said !== undefined) return `${id}: ${said}`;
  }
  return why;
}

/** Not the one in Python, which asks nobody how it came out: it would have to be settled there by hand as well. */
async function settle(one: WorkflowHandle, { random, world, recorder }: Scene): Promise<string | undefined> {
  const asks = world.services.filter(({ isSeats }) => !isSeats).map(({ name }) => name);
  const { decision, participants } = await one.query<Document>('status');
  const [first, ...others] = participants.filter(
    ({ name, state }) => asks.includes(name) && state !== 'committed' && state !== 'rolledback',
  );
  if (decision === undefined || first === undefined) return undefined;
  const { name: participant } = pick(random, [first, ...others]);
  const outcome = pick(random, outcomes);
  recorder.record({ kind: 'settled', id: one.workflowId, participant, outcome });
  await one.signal('resolve', { participant, outcome, reason: 'chaos', by: 'nemesis' });
  return `${participant} ${outcome}`;
}
