/**
 * Owns `POST /transactions/retry`, `POST /transactions/resolve` and `GET /participants` (PROTOCOL §3). Operators only. What was done is
 * in the log too: whoever asked may have gone before the answer.
 */
import { type RequestHandler, type Response, Router } from 'express';
import { type Bulk, type BulkOptions } from '../../coordinator/bulk';
import { type BulkReport } from '../../protocol/client/many';
import { given } from '../../protocol/wire/given';
import { bodyOf, optionalBodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { hostHint } from '../hostHint';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { permit } from '../permissions';
import { turnMs } from '../preferences';
import { callerOf } from '../requestContext';
import { parseAction } from '../transaction/bodies';
import { waiting } from '../waiting';
import { resolveManyBody, retryManyBody } from './bodies';

export function retryMany(api: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const { participant, needsAttention, ...asked } = parseAction(
      retryManyBody,
      optionalBodyOf(request.body),
    );
    const which = given({ participant, needsAttention });
    const report = await asBulk(api, response, options => api.bulk.retry({ ...asked, ...which, ...options }));
    await tell(api, response, { action: 'retry', ...which, report });
  };
}

export function resolveMany(api: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const asked = parseAction(resolveManyBody, bodyOf(request.body));
    const report = await asBulk(api, response, options => api.bulk.resolve({ ...asked, ...options }));
    const { participant, outcome, reason } = asked;
    await tell(api, response, { action: 'resolve', participant, outcome, reason, report });
  };
}

/** Ends in time for its answer, and begins none any more once the server stops or the caller has gone. */
function asBulk(
  { config, stopping }: ApiDependencies,
  response: Response,
  act: (options: Pick<BulkOptions, 'by' | 'signal' | 'timeoutMs'>) => Promise<BulkReport>,
): Promise<BulkReport> {
  const by = callerOf(response).name;
  const timeoutMs = turnMs(response, config);
  return waiting(response, stopping, signal => act({ by, signal, timeoutMs }));
}

interface Done {
  readonly action: 'retry' | 'resolve';
  readonly report: BulkReport;
  readonly participant?: string;
  readonly needsAttention?: true;
  readonly outcome?: string;
  readonly reason?: string;
}

async function tell(
  { bulk, log }: ApiDependencies,
  response: Response,
  { report, ...what }: Done,
): Promise<void> {
  const { failed, ...counts } = report;
  const line = { caller: callerOf(response).name, ...what, ...counts, failed: failed.length };
  log.info(line, report.dryRun ? 'would act on many' : 'acted on many');
  response.json({ ...report, ...given({ hint: await hintOf(bulk, what.participant, report) }) });
}

/** Nothing was acted on where it is looked for, so nothing is left unsaid where that fails. */
async function hintOf(
  bulk: Bulk,
  host: string | undefined,
  { matched, asking = 0, stoppedBy }: BulkReport,
): Promise<string | undefined> {
  if (host === undefined || matched > 0 || asking > 0 || stoppedBy !== undefined) return undefined;
  return hostHint(host, 'nothing waits for a host', await bulk.hostsLike(host));
}

export function participantRoutes({ bulk }: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/')
    .get(permit('hosts'), noQuery, async (_request, response) => {
      response.json(await bulk.sickHosts());
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}
