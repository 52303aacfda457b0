/** Owns that a route without parameters takes none: one that was misspelt, or meant for another route, would have no effect. */
import { type RequestHandler } from 'express';
import { shortened } from '../protocol/wire/shortened';
import { Problem } from './problems';

/** More say nothing new. */
const mostErrors = 20;

export const noQuery: RequestHandler = (request, _response, next) => {
  const errors = Object.keys(request.query)
    .slice(0, mostErrors)
    .map(name => ({ query: shortened(name, 80), message: 'unknown; none is known here' }));
  if (errors.length > 0) throw new Problem('invalid-request', 'the query is not valid', { errors });
  next();
};
