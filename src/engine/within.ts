/**
 * Owns the bound of every call to Temporal, whatever becomes of it, and that everything that says that Temporal cannot be had is one error
 * of ours (`errors.ts`). What says something of the request itself is Temporal's own.
 */
import { type Ms } from '../protocol/wire/phases';
import { type Engine } from './engine';
import { NoAnswerInTime, ours } from './errors';

/**
 * The SDK's own deadline bounds one try, and it tries for ten seconds; nor can a call be called back. So it is left alone after `ms`:
 * what it asks for may be done yet.
 *
 * @param tryMs for one try of the SDK's: less, where a busy Temporal is to be waited for longer than one that says nothing
 * @throws EngineUnavailable where Temporal cannot be had, or has not answered after `ms`
 */
export async function within<T>(
  { connection }: Pick<Engine, 'connection'>,
  ms: Ms,
  work: () => Promise<T>,
  tryMs: Ms = ms,
): Promise<T> {
  try {
    return await bounded(ms, connection.withDeadline(Date.now() + tryMs, work));
  } catch (error) {
    throw ours(error);
  }
}

/** @throws NoAnswerInTime */
export async function bounded<T>(ms: Ms, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswerInTime(ms));
    }, ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
