/**
 * Owns the Temporal Schedule that sweeps by itself, one a tag, so that two coordinators in one namespace have one each. It is
 * made and updated where a worker starts: the worker is who calls participants, with its own lists, allow-list and secret.
 * A pause, and everything else that people set in its state, is left as it is.
 */
import { ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { type SweepConfig } from '../../config/config';
import { type SweepInput } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { type Engine } from '../../engine/engine';
import { sweepIdOf, sweepWorkflow } from './reports';

/** A sweep that is stuck (no worker) gives way to the next one. */
export const sweepWithin = '30m';
/** A participant that hangs costs the sweep no more, however long its transactions wait for it. */
const longestRequestMs: Ms = 10_000;

export async function schedule(engine: Engine, sweep: SweepConfig): Promise<void> {
  const { schedule: schedules } = engine.client;
  const { scheduleId, ...changing } = optionsOf(engine, sweep);
  try {
    await schedules.create({ scheduleId, ...changing });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await schedules.getHandle(scheduleId).update(({ state }) => ({ ...changing, state }));
  }
}

function optionsOf(engine: Engine, sweep: SweepConfig): ScheduleOptions & Pick<ScheduleOptions, 'action'> {
  return {
    scheduleId: sweepIdOf(engine),
    spec: { intervals: [{ every: Math.ceil(sweep.intervalMs / 1000) * 1000 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    action: {
      type: 'startWorkflow',
      workflowType: sweepWorkflow,
      workflowId: sweepIdOf(engine),
      taskQueue: engine.taskQueue,
      workflowRunTimeout: sweepWithin,
      args: [inputOf(sweep, Math.min(engine.limits.completionTimeoutMs, longestRequestMs))],
    },
  };
}

function inputOf(
  { recoveryUrls: lists, safetyMs, maxActions, stuckAfterMs }: SweepConfig,
  requestTimeoutMs: Ms,
): SweepInput {
  return { version: 1, lists, safetyMs, maxActions, stuckAfterMs, requestTimeoutMs, dryRun: false };
}
