/** Owns which role may do what (PROTOCOL §5), and that a client sees only its own transactions. */
import { type RequestHandler } from 'express';
import { type Role } from '../config/apiTokens';
import { type Owner } from '../engine/facts/owner';
import { type Caller, callerOf } from './requestContext';
import { Problem } from './problems';

/** What may be asked for, as the refusal says it. */
const actions = {
  start: 'start transactions',
  read: 'read transactions',
  list: 'list transactions',
  abort: 'abort transactions',
  retry: 'retry transactions',
  resolve: 'resolve transactions',
  sweep: 'sweep transactions',
  hosts: 'see whom transactions wait for',
  lock: 'read or take locks',
  decode: 'decrypt what Temporal stores',
  console: 'use the console',
} as const;

export type Action = keyof typeof actions;

const allowed: Readonly<Record<Role, readonly Action[]>> = {
  client: ['start', 'read', 'list', 'abort', 'lock', 'console'],
  participant: ['read'],
  operator: [
    ...(['start', 'read', 'list', 'abort', 'lock', 'console'] as const),
    ...(['retry', 'resolve', 'sweep', 'hosts', 'decode'] as const),
  ],
};

export function rolesFor(action: Action): readonly Role[] {
  return (Object.keys(allowed) as Role[]).filter(role => allowed[role].includes(action));
}

export function isForEveryRole(action: Action): boolean {
  return rolesFor(action).length === Object.keys(allowed).length;
}

export function permit(action: Action): RequestHandler {
  return (_request, response, next) => {
    const { name, role } = callerOf(response);
    if (!allowed[role].includes(action)) {
      throw new Problem(
        'role-not-allowed',
        `"${name}" has the role ${role}, which may not ${actions[action]}`,
      );
    }
    next();
  };
}

/** Of whom a transaction has to be: somebody else's looks like none at all to a client, so that ids cannot be probed. */
export function ownOnly(caller: Caller): Owner | undefined {
  return caller.role === 'client' ? caller : undefined;
}
