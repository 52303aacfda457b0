/**
 * Owns actions on one transaction and on many (PROTOCOL §3). Of one they are repeated: a repeat of what took effect is answered like it.
 * Of many they are not once they may have arrived: the repeat would act on others, and not tell what the first one did.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { type ForeseenDocument } from '../protocol/client/foreseen';
import { type BulkReport, type SickHosts } from '../protocol/client/many';
import { type OrphansDocument } from '../protocol/client/orphans';
import { type Calls, atMostOnce, bodyWith, documentIn, pathOf, repeatable } from './calls';
import { type ActOptions, type CallOptions, type SweepUnderWay } from './contract';
import { type Asked } from './http';
import { read } from './list';

interface Act {
  readonly id: string;
  readonly verb: 'abort' | 'retry' | 'resolve';
  readonly body: object;
}

export async function act(
  calls: Calls,
  { id, verb, body }: Act,
  { ifMatch, ...options }: ActOptions = {},
): Promise<TransactionDocument> {
  const asked = askedFor({ id, verb, body }, ifMatch);
  return documentIn(calls.http, asked, await repeatable(calls, asked, options), id);
}

export async function preview(
  calls: Calls,
  { id, verb, body }: Act,
  { ifMatch, ...options }: ActOptions = {},
): Promise<ForeseenDocument> {
  const asked = askedFor({ id, verb, body: { ...body, dryRun: true } }, ifMatch);
  return bodyWith<ForeseenDocument>(calls.http, asked, await repeatable(calls, asked, options), 'follows');
}

function askedFor({ id, verb, body }: Act, ifMatch: string | undefined): Asked {
  return {
    method: 'POST',
    path: pathOf(id, verb),
    body: JSON.stringify(body),
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
  };
}

export async function actOnMany(
  calls: Calls,
  { verb, body }: { readonly verb: 'retry' | 'resolve'; readonly body: object },
  options?: CallOptions,
): Promise<BulkReport> {
  const asked = { method: 'POST', path: `/transactions/${verb}`, body: JSON.stringify(body) } as const;
  return bodyWith<BulkReport>(calls.http, asked, await atMostOnce(calls, asked, options), 'matched');
}

export function participants(calls: Calls, options: CallOptions = {}): Promise<SickHosts> {
  return read(calls, { method: 'GET', path: '/participants' }, { member: 'participants', options });
}

export function orphans(calls: Calls, options: CallOptions = {}): Promise<OrphansDocument> {
  return read(calls, { method: 'GET', path: '/orphans' }, { member: 'findings', options });
}

export async function sweep(
  calls: Calls,
  body: { readonly dryRun?: boolean } = {},
  options?: CallOptions,
): Promise<OrphansDocument | SweepUnderWay> {
  const asked = { method: 'POST', path: '/orphans/sweep', body: JSON.stringify(body) } as const;
  const answer = await atMostOnce(calls, asked, options);
  return answer.status === 202
    ? bodyWith<SweepUnderWay>(calls.http, asked, answer, 'workflowId')
    : bodyWith<OrphansDocument>(calls.http, asked, answer, 'findings');
}
