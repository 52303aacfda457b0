/**
 * Owns `POST /transactions/<id>/abort`, `…/retry` and `…/resolve`: `200` with the document as the action left it,
 * and where `If-Match` says what was seen, only while it is so.
 */
import { type RequestHandler, type Response } from 'express';
import { abortBody, parseAction, resolveBody, retryBody } from './bodies';
import { bodyOf, optionalBodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { ownOnly } from '../permissions';
import { ifMatchOf, tagged } from './preconditions';
import { allOf } from '../problems';
import { type TransactionDocument } from '../../protocol/client/document';
import { given } from '../../protocol/wire/given';

type ActionHandler = RequestHandler<{ id: string }>;

export function abort({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const { id } = request.params;
    const caller = callerOf(response);
    const [ifMatch, { reason }] = allOf(
      () => ifMatchOf(request),
      () => parseAction(abortBody, optionalBodyOf(request.body)),
    );
    const action = { by: caller.name, ...given({ reason }) };
    const options = { of: ownOnly(caller), ifMatch };
    answer(response, (await coordinator.abort(id, action, options)).document);
  };
}

export function retry({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const [ifMatch] = allOf(
      () => ifMatchOf(request),
      () => parseAction(retryBody, optionalBodyOf(request.body)),
    );
    const action = { by: callerOf(response).name };
    answer(response, (await coordinator.retryNow(request.params.id, action, { ifMatch })).document);
  };
}

export function resolve({ coordinator }: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const [ifMatch, said] = allOf(
      () => ifMatchOf(request),
      () => parseAction(resolveBody, bodyOf(request.body)),
    );
    const action = { by: callerOf(response).name, ...said };
    answer(response, (await coordinator.resolve(request.params.id, action, { ifMatch })).document);
  };
}

function answer(response: Response, document: TransactionDocument): void {
  response.json(tagged(document));
}
