/**
 * Owns `POST /transactions/<id>/abort`, `…/retry` and `…/resolve`: `200` with the document as the action left it, or with `dryRun` what
 * would come of it; where `If-Match` says what was seen, only while it is so.
 */
import { type Request, type RequestHandler, type Response } from 'express';
import { type z } from 'zod';
import { abortBody, parseAction, resolveBody, retryBody } from './bodies';
import { bodyOf, optionalBodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf } from '../requestContext';
import { ownOnly } from '../permissions';
import { ifMatchOf, tagged } from './preconditions';
import { allOf } from '../problems';
import { type ActOptions, type Action, type Reading } from '../../coordinator/transaction/contract';
import { given } from '../../protocol/wire/given';

type ActionHandler = RequestHandler<{ id: string }>;

export function abort(api: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const asked = judged(request, abortBody, optionalBodyOf);
    const { dryRun, reason } = asked.body;
    const caller = callerOf(response);
    const action = { by: caller.name, ...given({ reason }) };
    const options = { ...asked.options, of: ownOnly(caller) };
    await answer(api, response, {
      ...{ id: request.params.id, options, dryRun, action: { is: 'abort', ...action } },
      act: id => api.coordinator.abort(id, action, options),
    });
  };
}

export function retry(api: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const { body, options } = judged(request, retryBody, optionalBodyOf);
    const action = { by: callerOf(response).name };
    await answer(api, response, {
      ...{ id: request.params.id, options, dryRun: body.dryRun, action: { is: 'retryNow', ...action } },
      act: id => api.coordinator.retryNow(id, action, options),
    });
  };
}

export function resolve(api: ApiDependencies): ActionHandler {
  return async (request, response) => {
    const { body, options } = judged(request, resolveBody, bodyOf);
    const { dryRun, ...said } = body;
    const action = { by: callerOf(response).name, ...said };
    await answer(api, response, {
      ...{ id: request.params.id, options, dryRun, action: { is: 'resolve', ...action } },
      act: id => api.coordinator.resolve(id, action, options),
    });
  };
}

/** @throws Problem that names everything that is wrong, with the header and with the body */
function judged<Schema extends z.ZodType>(
  request: Pick<Request, 'get' | 'body'>,
  schema: Schema,
  read: (body: unknown) => unknown,
): { readonly body: z.output<Schema>; readonly options: ActOptions } {
  const [ifMatch, body] = allOf(
    () => ifMatchOf(request),
    () => parseAction(schema, read(request.body)),
  );
  return { body, options: given({ ifMatch }) };
}

interface Asked {
  readonly id: string;
  readonly action: Action;
  readonly options: ActOptions;
  readonly dryRun: boolean;
  readonly act: (id: string) => Promise<Reading>;
}

async function answer({ coordinator }: ApiDependencies, response: Response, asked: Asked): Promise<void> {
  const { id, action, options, dryRun, act } = asked;
  if (dryRun) response.json(await coordinator.foresee(id, action, options));
  else response.json(tagged((await act(id)).document));
}
