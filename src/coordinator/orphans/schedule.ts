/**
 * Owns the Temporal Schedule that sweeps by itself, one a tag, so that two coordinators in one namespace have one each. It is
 * made and updated where a worker starts: the worker is who calls participants, with its own lists, allow-list and secret.
 * A pause, and everything else that people set in its state, is left as it is.
 */
import { ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { type SweepConfig } from '../../config/config';
import { type SweepInput } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { redactUrl } from '../../protocol/wire/urls';
import { within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { sweepIdOf, sweepWorkflow } from './reports';

/** A sweep that is stuck (no worker) gives way to the next one. */
export const sweepWithin = '30m';
/** A participant that hangs costs the sweep no more, however long its transactions wait for it. */
const longestRequestMs: Ms = 10_000;
const callWithinMs: Ms = 10_000;

export async function schedule(engine: Engine, sweep: SweepConfig): Promise<void> {
  const { schedule: schedules } = engine.lenient; // an update reads first what an earlier start sealed
  const { scheduleId, ...changing } = optionsOf(engine, sweep);
  try {
    await within(engine, callWithinMs, () => schedules.create({ scheduleId, ...changing }));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedules.getHandle(scheduleId);
    await within(engine, callWithinMs, () => handle.update(({ state }) => ({ ...changing, state })));
  }
}

/** For the log, where that is not ours to do: the start goes on, since an administrator may have done it. Lists are shown without their queries (I11). */
export function scheduleRefused(engine: Engine, sweep: SweepConfig): string {
  const id = sweepIdOf(engine);
  const shown = { ...sweep, recoveryUrls: sweep.recoveryUrls.map(redactUrl) };
  const input = JSON.stringify(inputOf(shown, longestRequestOf(engine)));
  const { cliOptions, taskQueue } = engine;
  const about = `--schedule-id ${id} --interval ${secondsOf(sweep)}s --overlap-policy Skip --catchup-window 1m`;
  const run = `--workflow-id ${id} --type ${sweepWorkflow} --task-queue ${taskQueue} --run-timeout ${sweepWithin}`;
  return (
    'Temporal does not let the coordinator make or update the Schedule of the orphan sweep. Without it what is terminated from outside is ' +
    'not taken up again, and nothing is compared with DTC_RECOVERY_URLS. If an administrator has made it, with these settings, all is ' +
    `well; else: temporal schedule create ${about} ${run} --input '${input}'${cliOptions}`
  );
}

function optionsOf(engine: Engine, sweep: SweepConfig): ScheduleOptions & Pick<ScheduleOptions, 'action'> {
  return {
    scheduleId: sweepIdOf(engine),
    spec: { intervals: [{ every: secondsOf(sweep) * 1000 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    action: {
      type: 'startWorkflow',
      workflowType: sweepWorkflow,
      workflowId: sweepIdOf(engine),
      taskQueue: engine.taskQueue,
      workflowRunTimeout: sweepWithin,
      args: [inputOf(sweep, longestRequestOf(engine))],
    },
  };
}

function secondsOf({ intervalMs }: SweepConfig): number {
  return Math.ceil(intervalMs / 1000);
}

function longestRequestOf({ limits }: Engine): Ms {
  return Math.min(limits.completionTimeoutMs, longestRequestMs);
}

function inputOf(
  { recoveryUrls: lists, safetyMs, maxActions, stuckAfterMs }: SweepConfig,
  requestTimeoutMs: Ms,
): SweepInput {
  return { version: 1, lists, safetyMs, maxActions, stuckAfterMs, requestTimeoutMs, dryRun: false };
}
