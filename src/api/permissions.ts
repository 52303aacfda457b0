/** Owns which role may do what (SPEC §5), and that a client sees only its own transactions. */
import { type RequestHandler } from 'express';
import { type Role } from '../config/apiTokens';
import { type Reading } from '../coordinator/contract';
import { type Caller, callerOf } from './exchange';
import { Problem } from './problems';
import { unknownTransaction } from './toProblem';

type Action = 'start' | 'read' | 'abort' | 'retry' | 'resolve' | 'sweep';

const allowed: Readonly<Record<Role, readonly Action[]>> = {
  client: ['start', 'read', 'abort'],
  participant: ['read'],
  operator: ['start', 'read', 'abort', 'retry', 'resolve', 'sweep'],
};

export function permit(action: Action): RequestHandler {
  return (_request, response, next) => {
    const { name, role } = callerOf(response);
    if (!allowed[role].includes(action)) {
      throw new Problem(
        'role-not-allowed',
        `"${name}" has the role ${role}, which may not ${action} transactions`,
      );
    }
    next();
  };
}

/** Somebody else's transaction looks like none at all, so that ids cannot be probed. */
export function ownOnly(caller: Caller, reading: Reading): Reading {
  if (caller.role !== 'client' || caller.name === reading.startedBy) return reading;
  throw unknownTransaction(reading.document.id);
}
