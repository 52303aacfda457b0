/**
 * Owns heartbeats: they tell Temporal within two seconds that a worker is gone, and tell the next attempt what the ones
 * before it may have left behind. The first comes late on purpose: a healthy call is over by then and costs none.
 */
import { Context } from '@temporalio/activity';
import { type Exposure, joinExposure, unknownExposure, untouched } from '../src/protocol/wire/answers';

const firstAfterMs = 200;
const everyMs = 500;

/** Runs `work` while beating with `details`. */
export async function whileBeating<T>(details: unknown, work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  let timer = setTimeout(function beat() {
    context.heartbeat(details);
    timer = setTimeout(beat, everyMs);
  }, firstAfterMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** What the attempts up to `attempt` may have left behind; `over` when that attempt has ended by itself. */
export interface Trace {
  readonly attempt: number;
  readonly over: boolean;
  readonly exposure: Exposure;
}

/**
 * The exposure before this attempt. One that left no closing trace was lost: anything may have happened in it. A trace
 * counts also where the attempts seem to begin: `temporal activity reset` counts them from 1 again.
 */
export function exposureBefore(firstSending: number): Exposure {
  const { info } = Context.current();
  const trace = info.heartbeatDetails as Trace | undefined;
  if (info.attempt <= firstSending && trace === undefined) return untouched;
  const followsOn = info.attempt <= firstSending || trace?.attempt === info.attempt - 1;
  if (trace?.over === true && followsOn) return trace.exposure;
  return joinExposure(trace?.exposure ?? untouched, unknownExposure);
}
