/** Owns what people do past the API, and a program that is not ours. */
import { type WorkflowHandle } from '@temporalio/client';
import { runForeignWorker } from './foreignWorker';
import { type FaultKind, type Scene } from './kind';
import { settleOne } from './settling';
import { soon } from './soon';

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
