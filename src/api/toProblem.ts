/** Owns what an error means to a client. Whatever is not listed is a bug of ours: 500, and nothing of it is shown. */
import {
  ActionConflict,
  BadCursor,
  EngineInTrouble,
  EngineUnavailable,
  ExpiredTransaction,
  ForeignWorkflow,
  KeyReused,
  Overloaded,
  PayloadUnreadable,
  RequestTooLarge,
  StartUnknown,
  StateChanged,
  SweepUnknown,
  TooManyLists,
  UnknownTransaction,
  WorkerUnavailable,
} from '../coordinator/errors';
import { given } from '../protocol/wire/given';
import { Problem, retryAfter } from './problems';

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return ofCoordinator(error) ?? ofExpress(error) ?? bug(error);
}

function ofCoordinator(cause: unknown): Problem | undefined {
  if (cause instanceof UnknownTransaction) return unknownTransaction(cause.id);
  if (cause instanceof ExpiredTransaction) return new Problem('expired-transaction', cause.message);
  if (cause instanceof KeyReused) return new Problem('idempotency-key-reused', cause.message);
  if (cause instanceof ForeignWorkflow) return new Problem('foreign-workflow', cause.message);
  if (cause instanceof StateChanged) {
    const members = given({ changes: cause.changes });
    return new Problem('state-changed', cause.message, { members });
  }
  if (cause instanceof ActionConflict) return new Problem('action-conflict', cause.message);
  if (cause instanceof BadCursor)
    return new Problem('invalid-request', 'the query is not valid', {
      errors: [
        {
          query: 'cursor',
          message:
            'must be the "next" of an earlier page of the same list: with the same other parameters, of the same caller',
        },
      ],
    });
  if (cause instanceof RequestTooLarge) return new Problem('body-too-large', cause.message);
  if (cause instanceof StartUnknown) {
    const headers = { ...retryAfter, location: locationOf(cause.id) };
    const members = { transactionId: cause.id };
    return new Problem('start-unknown', cause.message, { headers, members, cause });
  }
  if (cause instanceof Overloaded)
    return new Problem('overloaded', cause.message, {
      headers: { 'retry-after': String(cause.afterS) },
      cause,
    });
  if (cause instanceof TooManyLists)
    return new Problem('overloaded', cause.message, { headers: retryAfter, cause });
  if (cause instanceof SweepUnknown) {
    const headers = { ...retryAfter, location: '/orphans' };
    const members = { workflowId: cause.workflowId };
    return new Problem('start-unknown', cause.message, { headers, members, cause });
  }
  if (cause instanceof PayloadUnreadable)
    return new Problem('engine-unavailable', cause.message, { headers: retryAfter, cause });
  if (cause instanceof WorkerUnavailable)
    return new Problem('worker-unavailable', cause.message, { headers: retryAfter, cause });
  if (cause instanceof EngineUnavailable) {
    const detail = cause instanceof EngineInTrouble ? cause.message : 'Temporal does not answer; try again';
    return new Problem('engine-unavailable', detail, {
      headers: retryAfter,
      cause,
    });
  }
  return undefined;
}

function unknownTransaction(id: string): Problem {
  return new Problem('unknown-transaction', `there is no transaction "${id}"`);
}

export function locationOf(id: string): string {
  return `/transactions/${id}`;
}

/** What Express and its body reader reject with: http-errors, told apart by `status` and `type`. */
function ofExpress(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') {
    const limit = 'limit' in error && typeof error.limit === 'number' ? ` of ${error.limit} bytes` : '';
    return new Problem('body-too-large', `the body is over the limit${limit}`);
  }
  if (type === 'encoding.unsupported') {
    return new Problem('unsupported-media-type', 'send the body as it is, without content-encoding');
  }
  const clientsFault = typeof error.status === 'number' && error.status >= 400 && error.status < 500;
  return clientsFault ? new Problem('invalid-request', 'the request cannot be read') : undefined;
}

function bug(cause: unknown): Problem {
  return new Problem('internal-error', 'something went wrong that is not your fault; the log says what', {
    cause,
  });
}
