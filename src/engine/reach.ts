/**
 * Owns whether Temporal answers at all, as opposed to a Temporal that is busy, or slow with one thing, and answers a look. Who waits for
 * something long looks beside it, so that a Temporal that says nothing is told of in less than two seconds, however long a healthy one may take.
 */
import { type Ms } from '../protocol/wire/phases';
import { type Engine } from './engine';
import { EngineUnavailable, NoAnswerInTime, isTimeout } from './errors';
import { within } from './within';

type Way = Pick<Engine, 'connection' | 'namespace'>;

const lookAfterMs: Ms = 600;
const lookWithinMs: Ms = 900;

/** Neither what was asked for was answered, nor a look beside it: what was asked for may be done yet. */
export class Silent extends EngineUnavailable {}

/** By connection: one look for all who ask at the same time. */
const looks = new WeakMap<Way['connection'], Promise<void>>();

/** @throws EngineUnavailable, with why */
export function demandReachable(way: Way): Promise<void> {
  const underWay = looks.get(way.connection);
  if (underWay !== undefined) return underWay;
  const look = lookAt(way).finally(() => looks.delete(way.connection));
  looks.set(way.connection, look);
  return look;
}

async function lookAt(way: Way): Promise<void> {
  const { connection, namespace } = way;
  try {
    await within(way, lookWithinMs, () => connection.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    // the SDK's deadline and ours pass at the same moment: one reason, whichever is first
    const cause = isTimeout(error) ? new NoAnswerInTime(lookWithinMs) : error;
    throw new EngineUnavailable('Temporal does not answer', { cause });
  }
}

/** Why not is in the log of whoever needs Temporal. */
export async function isReachable(way: Way): Promise<boolean> {
  try {
    await demandReachable(way);
    return true;
  } catch {
    return false;
  }
}

/** What `work` gives. @throws Silent where it gives nothing, and Temporal does not answer a look either; `work` is left alone then */
export async function unlessSilent<T>(way: Way, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const silent = new Promise<never>((_resolve, reject) => {
    const lookLater = (): void => {
      if (isOver) return;
      timer = setTimeout(() => {
        demandReachable(way).then(lookLater, (cause: unknown) => {
          reject(new Silent('Temporal does not answer', { cause }));
        });
      }, lookAfterMs);
    };
    lookLater();
  });
  try {
    return await Promise.race([work, silent]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}
