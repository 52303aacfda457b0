/** Owns `GET /transactions` and `GET /transactions/count` (PROTOCOL §3): operators see all, a client its own. */
import { type RequestHandler } from 'express';
import { type Which } from '../../coordinator/list/contract';
import { given } from '../../protocol/wire/given';
import { type ApiDependencies } from '../dependencies';
import { hostHint } from '../hostHint';
import { ownOnly } from '../permissions';
import { callerOf } from '../requestContext';
import { countParameters, listParameters } from './parameters';

export function list({ lists }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const wanted = listParameters(request.query);
    const page = await lists.list({ ...wanted, ...given({ of: ownOnly(callerOf(response)) }) });
    const isNone = wanted.cursor === undefined && page.transactions.length === 0 && page.next === undefined;
    response.json({ ...page, ...hinted(wanted, isNone) });
  };
}

/** As of many that are acted on. */
function hinted({ filters }: Pick<Which, 'filters'>, isNone: boolean): { readonly hint?: string } {
  return given({
    hint: isNone
      ? hostHint(filters.participant, 'no transaction that was asked for has a participant at a host')
      : undefined,
  });
}

export function count({ lists }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const which = countParameters(request.query);
    const counted = await lists.count({ ...which, ...given({ of: ownOnly(callerOf(response)) }) });
    response.json({ ...counted, ...hinted(which, counted.count === 0) });
  };
}
