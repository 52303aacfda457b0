/** Owns `POST /transactions/<id>/abort`, `…/retry` and `…/resolve`: `200` with the document as the action left it. */
import { type RequestHandler } from 'express';
import { abortBody, parseAction, resolveBody, retryBody } from './bodies';
import { bodyOf, optionalBodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { ownOnly } from '../permissions';
import { given } from '../../protocol/wire/given';

type ActionHandler = RequestHandler<{ id: string }>;

export function abort({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const { id } = request.params;
    const caller = callerOf(response);
    const { reason } = parseAction(abortBody, optionalBodyOf(request.body));
    const action = { by: caller.name, ...given({ reason }) };
    response.json((await coordinator.abort(id, action, ownOnly(caller))).document);
  };
}

export function retry({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    parseAction(retryBody, optionalBodyOf(request.body));
    const { document } = await coordinator.retryNow(request.params.id, { by: callerOf(response).name });
    response.json(document);
  };
}

export function resolve({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const action = parseAction(resolveBody, bodyOf(request.body));
    const { document } = await coordinator.resolve(request.params.id, {
      by: callerOf(response).name,
      ...action,
    });
    response.json(document);
  };
}
