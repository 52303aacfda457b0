/** Owns `/orphans` (PROTOCOL §3): what the last sweep found, and one sweep now. Operators only. */
import { type RequestHandler, Router } from 'express';
import { orphansDocument } from '../../protocol/orphans/words';
import { parseAction, sweepBody } from '../transaction/bodies';
import { optionalBodyOf, optionalJsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { permit } from '../permissions';
import { waiting } from '../waiting';

const sweepWithinMs = 25_000;

export function orphanRoutes(api: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const json = optionalJsonBody(api.config.limits.maxBodyBytes);
  router.route('/').get(permit('sweep'), noQuery, lastReport(api)).all(allowOnly('GET, HEAD'));
  router.route('/sweep').post(permit('sweep'), noQuery, json, sweepNow(api)).all(allowOnly('POST'));
  return router;
}

/** Before the first sweep: nothing was found, by nobody. */
const none = { findings: [], counts: {}, actions: [] };

function lastReport({ cliOptions, orphans }: ApiDependencies): RequestHandler {
  return async (_request, response) => {
    const report = await orphans.lastReport();
    response.json(report === undefined ? none : orphansDocument(report, cliOptions));
  };
}

function sweepNow({ cliOptions, orphans, stopping }: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const { dryRun } = parseAction(sweepBody, optionalBodyOf(request.body));
    const swept = await waiting(response, stopping, signal =>
      orphans.sweepNow({ dryRun, timeoutMs: sweepWithinMs, signal }),
    );
    if (swept.is === 'swept') response.json(orphansDocument(swept.report, cliOptions));
    else response.status(202).location('/orphans').json({ workflowId: swept.workflowId, report: '/orphans' });
  };
}
