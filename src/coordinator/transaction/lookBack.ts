/**
 * Owns the last look at calls that are about to be given up: each is paused, so that no attempt of it begins any more, and what
 * Temporal has of it is read. What may be believed of that is the protocol's to say (`protocol/transaction/lookBack.ts`, I3, I4).
 *
 * What Temporal refuses (a server without `PauseActivity`, a role that may not) rejects: then nobody knows, as without the look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { given } from '../../protocol/wire/given';
import { type SeenCall, traceOf } from '../../protocol/transaction/lookBack';
import { type CallLook, type LookInput } from '../../protocol/transaction/steps';
import { describeRun, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { msOf } from '../../engine/facts/time';
import { ownFailureOf, pendingCalls, stateOf } from './pending';

/** Below the time that the activity may take. */
const answerWithinMs = 1500;
/** One that is under way right now ends in a moment where it finds nobody; one that hangs is not waited for. */
const looks = 3;
const betweenLooksMs = 40;

export async function lookBack(engine: Engine, input: LookInput): Promise<readonly CallLook[]> {
  await Promise.all(input.keys.map(key => pause(engine, input, key)));
  for (let nth = 1; ; nth += 1) {
    const seen = await see(engine, input);
    const running = seen.filter(each => each.running);
    if (nth === looks || running.length === 0) {
      await Promise.all(running.map(({ key }) => unpause(engine, input, key)));
      return seen.flatMap(({ key, ...call }) => {
        const trace = traceOf(call);
        return trace === undefined ? [] : [{ key, ...trace }];
      });
    }
    await sleep(betweenLooksMs);
  }
}

async function pause(engine: Engine, { transactionId, runId }: LookInput, key: string): Promise<void> {
  const { connection, namespace } = engine;
  const execution = { workflowId: transactionId, runId };
  try {
    await within(engine, answerWithinMs, () =>
      connection.workflowService.pauseActivity({
        ...{ namespace, execution, id: key, identity: 'dtc' },
        reason: 'about to be given up',
      }),
    );
  } catch (error) {
    if (!isNotFound(error)) throw error; // it has just ended by itself
  }
}

/**
 * Of what goes on nothing is known anyway, and while it is paused Temporal times it out in no way: its worker may be gone. Where this fails,
 * its end is waited for no longer than it may take (`workflows/transaction/overdue.ts`).
 */
async function unpause(engine: Engine, { transactionId, runId }: LookInput, key: string): Promise<void> {
  const { connection, namespace } = engine;
  const execution = { workflowId: transactionId, runId };
  const call = (): Promise<unknown> =>
    connection.workflowService.unpauseActivity({ namespace, execution, id: key, identity: 'dtc' });
  await within(engine, answerWithinMs, call).catch(() => undefined);
}

interface Seen extends SeenCall {
  readonly key: string;
}

async function see(engine: Engine, { transactionId, runId, keys }: LookInput): Promise<Seen[]> {
  const description = await describeRun(engine, transactionId, answerWithinMs, runId);
  return pendingCalls(description).flatMap(({ activity }) => {
    const key = activity.activityId ?? '';
    const failed = {
      failure: ownFailureOf(activity),
      ...given({ failedAt: msOf(activity.lastAttemptCompleteTime) }),
    };
    return keys.includes(key) ? [{ key, ...stateOf(activity), ...failed }] : [];
  });
}
