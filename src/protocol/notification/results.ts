/**
 * Owns what may be believed of the activity that tells a receiver. Any worker on the task queue may have given its result: what is not
 * a whole answer to this very notification says nothing of it, and it is told again.
 */
import { isAmount, isOneOf, membersOf } from '../wire/shapes';
import { isFailure } from '../transaction/results';
import { type NotifyFailure, type Told } from './steps';

/** What the failure of a notification's run begins with: it is expected, and whoever sent the last request has said why. */
export const notDelivered = 'not delivered, ';

/** Undefined where it is none of ours. */
export function toldIn(result: unknown, id: string): Told | undefined {
  const { is, id: of, attempts, why } = membersOf(result);
  const isOurs = of === id && isAmount(attempts);
  const isWhole = is === 'delivered' || (isOneOf(['gone', 'gaveUp'], is) && isFailure(why));
  return isOurs && isWhole ? (result as Told) : undefined;
}

export function isNotifyFailure(detail: unknown): detail is NotifyFailure {
  const { attempts, why } = membersOf(detail);
  return isAmount(attempts) && isFailure(why);
}
