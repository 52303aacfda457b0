/** Owns the coordinator as the routes see it. */
import { type Coordinator } from './contract';
import { type Engine } from '../../engine/engine';
import { operate } from './operate';
import { read } from './read';
import { recover } from './recover';
import { start } from './start';
import { wait } from './wait';

export function createCoordinator(engine: Engine): Coordinator {
  return {
    start: options => start(engine, options),
    read: id => read(engine, id),
    wait: (id, options) => wait(engine, id, options),
    abort: (id, action) => operate(engine, id, { is: 'abort', ...action }),
    retryNow: (id, action) => operate(engine, id, { is: 'retryNow', ...action }),
    resolve: (id, action) => operate(engine, id, { is: 'resolve', ...action }),
    recover: id => recover(engine, id),
    ready: () => ready(engine),
  };
}

async function ready({ connection, namespace }: Engine): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + 900, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false; // readiness is the question; why not is in the log of whoever needs Temporal
  }
}
