/** Owns `GET /transactions` and `GET /transactions/count` (PROTOCOL §3): operators see all, a client its own. */
import { type RequestHandler } from 'express';
import { type HostsLike } from '../../coordinator/hostsLike';
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
    const { like, ...page } = await lists.list({ ...wanted, ...given({ of: ownOnly(callerOf(response)) }) });
    const isNone = wanted.cursor === undefined && page.transactions.length === 0 && page.next === undefined;
    response.json({ ...page, ...(isNone ? hinted(wanted, like) : {}) });
  };
}

/** As of many that are acted on. */
function hinted({ filters }: Pick<Which, 'filters'>, like?: HostsLike): { readonly hint?: string } {
  const { participant } = filters;
  if (participant === undefined) return {};
  const nothing = 'no transaction that was asked for has a participant at a host';
  return given({ hint: hostHint(participant, nothing, like) });
}

export function count({ lists }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const which = countParameters(request.query);
    const { like, ...counted } = await lists.count({
      ...which,
      ...given({ of: ownOnly(callerOf(response)) }),
    });
    response.json({ ...counted, ...(counted.count === 0 ? hinted(which, like) : {}) });
  };
}
