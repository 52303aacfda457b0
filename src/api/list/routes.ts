/** Owns `GET /transactions` and `GET /transactions/count` (PROTOCOL §3): operators see all, a client its own. */
import { type RequestHandler } from 'express';
import { given } from '../../protocol/wire/given';
import { type ApiDependencies } from '../dependencies';
import { ownOnly } from '../permissions';
import { callerOf } from '../requestContext';
import { countParameters, listParameters } from './parameters';

export function list({ lists }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const wanted = listParameters(request.query);
    response.json(await lists.list({ ...wanted, ...given({ of: ownOnly(callerOf(response)) }) }));
  };
}

export function count({ lists }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const which = countParameters(request.query);
    response.json(await lists.count({ ...which, ...given({ of: ownOnly(callerOf(response)) }) }));
  };
}
