/**
 * Owns heartbeats: they tell Temporal that a worker is gone (of a round within two seconds, of a straggler's call within five), and
 * tell the next attempt what the ones before it may have left behind (`transaction/sentBefore.ts`). All is by the heartbeat timeout that the workflow asks for. The
 * first comes late on purpose: a healthy call is over by then and costs none.
 *
 * Each is a write of the engine, and they do not grow with trouble: who waits for a place does not beat, since it is in no activity;
 * requests that are slow enough to beat are bounded in number (`outbound/limits/gate.ts`); and the more activities beat, the
 * more seldom each does. So whatever is in trouble, a worker's heartbeats are some hundred a second.
 */
import { Context } from '@temporalio/activity';

/** Of the heartbeat timeout, until the first, and between two as seldom as may be: one that is late is not yet a lost worker. */
const longest = 0.5;
const shortest = 0.25;
/** From so many on, each beats as seldom as may be. */
const many = 8;

/** Activities of this worker that are under way and have begun to beat. */
let beating = 0;

function share(): number {
  return shortest + (longest - shortest) * Math.min(beating / many, 1);
}

/** Runs `work` while beating with what `details`, if any, gives at that moment. */
export async function whileBeating<T>(
  details: (() => unknown) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs = 2_000 } = context.info;
  const begun = { count: 0 };
  let timer = setTimeout(function beat() {
    beating += 1 - begun.count;
    begun.count = 1;
    context.heartbeat(details?.());
    timer = setTimeout(beat, heartbeatTimeoutMs * share());
  }, heartbeatTimeoutMs * longest);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    beating -= begun.count;
  }
}
