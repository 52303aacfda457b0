/**
 * Owns the Temporal Schedule that sweeps by itself, one a tag, so that two coordinators in one namespace have one each. It is
 * made and updated where a worker starts: the worker is who calls participants, with its own lists, allow-list and secret.
 * A pause, and everything else that people set in its state, is left as it is.
 *
 * Where payloads are encrypted, whoever opens what stands in it may replace it; whoever does not leaves it and says so. A worker without
 * keys, or with others, would else put in plain text what the others hide, or shut out those who are right, until one of them starts
 * again. What is in plain text anybody replaces. So a key that is retired as docs/ENCRYPTION.md has it leaves nothing behind: each worker
 * starts again with the new key in front while it still opens the old one, and the last of them has sealed this anew before the old key
 * goes. One whose key is gone all the same (lost, or taken out of all at once), or that is to be in plain text again, nobody here can
 * tell from one whose key this worker alone lacks: a person deletes it, and the next worker that starts makes it anew.
 *
 * Between looking and replacing pass some milliseconds, in which another worker may have sealed it: Temporal's SDK does not send the
 * token by which that would be refused. The next worker with keys that starts puts that right.
 */
import {
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { type SweepConfig } from '../../config/config';
import { type SweepInput } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { redactUrl } from '../../protocol/wire/urls';
import { within } from '../../engine/ask';
import { isSealed, keyIdOf } from '../../engine/encryption/cipher';
import { shownKeyId } from '../../engine/encryption/unreadable';
import { type Engine } from '../../engine/engine';
import { sweepIdOf, sweepWorkflow } from './reports';

/** A sweep that is stuck (no worker) gives way to the next one. */
export const sweepWithin = '30m';
/** A participant that hangs costs the sweep no more, however long its transactions wait for it. */
const longestRequestMs: Ms = 10_000;
const callWithinMs: Ms = 10_000;

/** `left`: it is encrypted with that key, which this process does not have. */
export type Scheduled = { readonly is: 'asConfigured' } | { readonly is: 'left'; readonly keyId: string };

const asConfigured: Scheduled = { is: 'asConfigured' };

export async function schedule(engine: Engine, sweep: SweepConfig): Promise<Scheduled> {
  const { schedule: schedules } = engine.lenient; // an update reads first what an earlier start sealed
  const { scheduleId, ...changing } = optionsOf(engine, sweep);
  try {
    await within(engine, callWithinMs, () => schedules.create({ scheduleId, ...changing }));
    return asConfigured;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = schedules.getHandle(scheduleId);
  const update = (): Promise<void> =>
    handle.update(({ state, raw }) => {
      const keyId = shutBy(engine, raw);
      if (keyId !== undefined) throw new NotOurs(keyId);
      return { ...changing, state };
    });
  try {
    await within(engine, callWithinMs, update);
    return asConfigured;
  } catch (error) {
    if (error instanceof NotOurs) return { is: 'left', keyId: error.keyId };
    throw error;
  }
}

/** An update that has begun ends without a change by an error alone. */
class NotOurs extends Error {
  constructor(readonly keyId: string) {
    super('the Schedule is encrypted with a key that is not here');
  }
}

/** The key that what the sweep is started with is encrypted with, where no key of ours opens it. */
function shutBy({ opened }: Engine, raw: ScheduleDescription['raw']): string | undefined {
  const payloads = opened(raw).schedule?.action?.startWorkflow?.input?.payloads ?? [];
  const shut = payloads.find(isSealed);
  return shut === undefined ? undefined : keyIdOf(shut);
}

/** For the log. */
export function scheduleLeft(engine: Engine, keyId: string): string {
  const id = sweepIdOf(engine);
  return (
    `the Schedule of the orphan sweep is encrypted with the key "${shownKeyId(keyId)}", which no key in the DTC_PAYLOAD_KEYS of this worker ` +
    'opens: it is left as it is, with the settings of the worker that made it. Give this one that key, after the others, and start it again ' +
    '(docs/ENCRYPTION.md). Where nobody has that key any more, or nothing is to be encrypted any more, delete it, and the next worker that ' +
    `starts makes it anew: temporal schedule delete --schedule-id ${id}${engine.cliOptions}`
  );
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
