/** Owns the answers for paths and methods that there are none of. */
import { type RequestHandler } from 'express';
import { Problem } from './problems';

/** @param allow as in the `Allow` header (RFC 9110 §10.2.1) */
export function allowOnly(allow: string): RequestHandler {
  return request => {
    throw new Problem('method-not-allowed', `${request.method} is not allowed here, but ${allow}`, {
      headers: { allow },
    });
  };
}

export const nothingHere: RequestHandler = () => {
  throw new Problem('not-found', 'there is nothing at this path');
};
