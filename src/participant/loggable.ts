/**
 * Owns what of an error goes into the log. The drivers hang the statement with its values, or the row that was refused, on
 * their errors (mysql2 `sql`, pg `detail` and `where`): that is payload, and payloads are not logged.
 */
import { given } from '../protocol/wire/given';

interface Loggable {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  /** SQLSTATE, or the driver's or the system's name for it. */
  readonly code?: string;
  readonly cause?: Loggable;
}

const deepest = 4;

export function loggable(error: unknown, depth = 0): Loggable {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is no Error was thrown' };
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  return {
    type: name,
    message,
    ...given({ stack }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause === undefined || depth === deepest ? {} : { cause: loggable(cause, depth + 1) }),
  };
}
