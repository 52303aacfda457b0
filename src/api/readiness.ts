/** Owns whether this process is ready for requests, and that the log says why not: once for each reason, however often probes ask. */
import { EngineUnavailable } from '../coordinator/errors';
import { type Log } from '../telemetry/log';
import { type ApiDependencies } from './dependencies';
import { messagesOf } from './messages';
import { Problem, retryAfter } from './problems';
import { toProblem } from './toProblem';

export interface Readiness extends Pick<ApiDependencies, 'log' | 'stopping'> {
  readonly coordinator: Pick<ApiDependencies['coordinator'], 'ready'>;
  /** Why this process's worker takes no work; undefined where it does, or there is none. */
  readonly whyIdle?: () => string | undefined;
}

/** Each look: what is in the way, undefined where nothing is. */
export function readiness(of: Readiness): () => Promise<Problem | undefined> {
  const tell = toldOnce(of.log);
  return async () => {
    if (of.stopping.aborted)
      return new Problem('stopping', 'the coordinator is stopping', { headers: retryAfter });
    const found = (await engineTrouble(of)) ?? workerTrouble(of);
    tell(found === undefined ? undefined : (messagesOf(found.options.cause) ?? found.detail));
    return found;
  };
}

async function engineTrouble({ coordinator }: Readiness): Promise<Problem | undefined> {
  try {
    await coordinator.ready();
    return undefined;
  } catch (error) {
    if (error instanceof EngineUnavailable) return toProblem(error);
    throw error;
  }
}

function workerTrouble({ whyIdle }: Readiness): Problem | undefined {
  const idle = whyIdle?.();
  return idle === undefined ? undefined : new Problem('worker-unavailable', idle, { headers: retryAfter });
}

function toldOnce(log: Log): (why: string | undefined) => void {
  let told: string | undefined;
  return why => {
    if (why === told) return;
    told = why;
    if (why === undefined) log.info('ready again');
    else log.warn({ why }, 'not ready');
  };
}
