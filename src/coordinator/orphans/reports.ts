/**
 * Owns what sweeps leave behind: the result of the newest one that ended, whoever started it. It is found by visibility,
 * since a Schedule hands the last result only to runs of its own. Should visibility lag, an older report is read: an entry is
 * then acted on later, never sooner.
 */
import { type SweepReport } from '../../protocol/orphans/report';
import { type Memory } from '../../protocol/orphans/steps';
import { type Engine } from '../engine';
import { isTransient } from '../engineErrors';
import { EngineUnavailable } from '../errors';

export const sweepWorkflow = 'orphanSweep';

/** Runs have more after it: the time of the Schedule, or what tells one that was asked for. */
export function sweepIdOf({ tag }: Pick<Engine, 'tag'>): string {
  return `orphan-sweep-${tag}`;
}

/** @throws EngineUnavailable */
export async function lastReport(engine: Engine): Promise<SweepReport | undefined> {
  try {
    return await newest(engine);
  } catch (error) {
    if (isTransient(error)) throw new EngineUnavailable('Temporal does not answer', { cause: error });
    throw error;
  }
}

async function newest(engine: Engine): Promise<SweepReport | undefined> {
  const { client, connection } = engine;
  const query = `WorkflowType = '${sweepWorkflow}' AND WorkflowId STARTS_WITH '${sweepIdOf(engine)}-' AND ExecutionStatus = 'Completed'`;
  return connection.withDeadline(Date.now() + 5000, async () => {
    for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 }))
      return (await client.workflow.getHandle(workflowId, runId).result()) as SweepReport;
    return undefined;
  });
}

export async function memory(engine: Engine): Promise<Memory | undefined> {
  const report = await lastReport(engine);
  if (report === undefined) return undefined;
  const { lists, findings, counts } = report;
  return { lists, counts, findings: findings.filter(({ kind }) => kind !== 'stuck') };
}
