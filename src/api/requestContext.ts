/** Owns what one request gathers on its way: who calls, about which transaction or lock, and what went wrong, for the log line. */
import { type Response } from 'express';
import { type Role } from '../config/apiTokens';

export interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface RequestContext {
  /** Set by the request log, before anything else. */
  arrivedAt: number;
  caller?: Caller;
  transactionId?: string;
  lock?: { readonly resource: string; readonly holder?: string };
  failure?: unknown;
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
