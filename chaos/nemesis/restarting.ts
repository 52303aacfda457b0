/** Owns what befalls many at once: a power cut of all there is, of the coordinator, of the machine with its databases; and workers that are rolled. */
import { type ManagedProcess } from '../world/process';
import { type World } from '../world/world';
import { type FaultKind } from './kind';

export function restarting({ temporal, coordinators, services, databases }: World): FaultKind[] {
  const engine = temporal === undefined ? [] : [temporal];
  const ours = coordinators.map(each => each.process);
  const participants = services.map(each => each.process);
  const workers = coordinators.filter(({ role }) => role === 'worker').map(each => each.process);
  return [
    atOnce('restart everything', [engine, [...ours, ...participants]]),
    atOnce('restart coordinator', [ours]),
    {
      ...atOnce('restart machine', [engine, [...ours, ...participants]]),
      run: async (_target, until) => {
        const servers = databases.filter(({ kill }) => kill !== undefined);
        const all = [...engine, ...ours, ...participants];
        await Promise.all([...all.map(each => each.kill()), ...servers.map(each => each.kill?.())]);
        await until;
        await Promise.all([...engine.map(each => each.start()), ...servers.map(each => each.restart?.())]);
        await Promise.all([...ours, ...participants].map(each => each.start()));
        return undefined;
      },
    },
    {
      ...{ fault: 'roll workers', targets: ['workers'], longestMs: 500, holdsProcess: true },
      run: async () => {
        for (const worker of workers) {
          await worker.stop();
          await worker.start();
        }
        return undefined;
      },
    },
  ];
}

/** @param inOrder those that are started first, and when they are ready the others */
function atOnce(fault: string, inOrder: readonly (readonly ManagedProcess[])[]): FaultKind {
  return {
    ...{ fault, targets: ['everything'], longestMs: 1_000, holdsProcess: true },
    run: async (_target, until) => {
      await Promise.all(inOrder.flat().map(each => each.kill()));
      await until;
      for (const some of inOrder) await Promise.all(some.map(each => each.start()));
      return undefined;
    },
  };
}
