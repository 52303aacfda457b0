/**
 * Owns what sweeps leave behind: the result of the newest one that ended, whoever started it. Newest is the one that began
 * last, so that the report never goes back in time where sweeps overlap. They are found by visibility, since a Schedule hands
 * the last result only to runs of its own. Visibility lags a little: one that it still calls running is asked itself. Should
 * it not be listed at all yet, an older report is read: an entry is then acted on later, never sooner.
 */
import { type WorkflowHandle } from '@temporalio/client';
import { type SweepReport } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { type Memory } from '../../protocol/orphans/steps';
import { handleOf, list, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { PayloadUnreadable } from '../../engine/errors';
import { unlessSilent } from '../../engine/reach';
import { isOpen, runState, visibly } from '../../engine/facts/status';

export const sweepWorkflow = 'orphanSweep';

/** Runs have more after it: the time of the Schedule, or what tells one that was asked for. */
export function sweepIdOf({ tag }: Pick<Engine, 'tag'>): string {
  return `orphan-sweep-${tag}`;
}

/** Visibility lists those that run first, then those that ended last. Mostly one of each is enough, and a SQL store looks for no more. */
const mostLooked = 50;
const perPage = 2;
const withinMs: Ms = 5000;

/** @throws EngineUnavailable */
export async function lastReport(engine: Engine): Promise<SweepReport | undefined> {
  const sweeps = `WorkflowType = '${sweepWorkflow}' AND WorkflowId STARTS_WITH '${sweepIdOf(engine)}-'`;
  const query = `${sweeps} AND ${visibly.openOrEnded}`;
  const newest = within(engine, withinMs, async () => {
    let found: SweepReport | undefined;
    let looked = 0;
    for await (const { workflowId, runId, status, closeTime } of list(engine, query, perPage)) {
      // whatever is left ended before the newest found began
      if (found !== undefined && (closeTime?.getTime() ?? Infinity) < found.sweptAt) break;
      const report = await reportOf(handleOf(engine, workflowId, runId), status.name);
      if (report !== undefined && report.sweptAt >= (found?.sweptAt ?? 0)) found = report;
      looked += 1;
      if (looked === mostLooked) break;
    }
    return found;
  });
  return unlessSilent(engine, newest);
}

/** Undefined where it has not ended. */
async function reportOf(handle: WorkflowHandle, listedAs: string): Promise<SweepReport | undefined> {
  const status = isOpen(listedAs) ? (await handle.describe()).status.name : listedAs;
  return runState(status) === 'ended' ? ((await handle.result()) as SweepReport) : undefined;
}

/** Where it is encrypted with a key that is missing here, what is found counts as found for the first time: it is acted on later, never sooner. */
export async function memory(engine: Engine): Promise<Memory | undefined> {
  const report = await lastReport(engine).catch((error: unknown) => {
    if (error instanceof PayloadUnreadable) return undefined;
    throw error;
  });
  if (report === undefined) return undefined;
  const { lists, findings, counts } = report;
  return {
    lists,
    counts,
    findings: findings.filter(({ kind }) => kind !== 'stuck' && kind !== 'undelivered'),
  };
}
