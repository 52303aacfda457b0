/** Owns what one request gathers on its way: who calls, about which transaction or lock, and what went wrong, for the log line. */
import { type Response } from 'express';
import { type Role } from '../config/apiTokens';
import { type Owner } from '../engine/facts/owner';
import { type ServedSpan } from '../telemetry/traces/contract';

/** Its `name` says where it comes from: `alice` is a token, `jwt:alice` a JWT. */
export interface Caller extends Owner {
  readonly role: Role;
}

/** A route's path as Express has it, and which paths fit it. */
export interface Template {
  readonly template: string;
  readonly pattern: RegExp;
}

export interface RequestContext {
  /** Set by the request log, before anything else. */
  arrivedAt: number;
  caller?: Caller;
  transactionId?: string;
  lock?: { readonly resource: string; readonly holder?: string };
  failure?: unknown;
  /** Where it is traced. */
  span?: ServedSpan;
  /** Where the router that has the request is mounted, and what routes it has. */
  mount?: { readonly path: string; readonly templates: () => readonly Template[] };
}

export function contextOf(response: Response): RequestContext {
  return response.locals as RequestContext;
}

/** @throws when a route was mounted outside authentication: a bug that must not pass as anybody. */
export function callerOf(response: Response): Caller {
  const { caller } = contextOf(response);
  if (caller === undefined) throw new Error('this route is not behind authentication');
  return caller;
}
