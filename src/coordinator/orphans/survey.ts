/**
 * Owns finding, by visibility, transactions of ours that nobody drives and those that do not come to an end. Visibility may
 * lag, so whoever acts on what is found asks again; and it lists every run, so a closed run counts only where none followed.
 */
import { type WorkflowExecutionInfo } from '@temporalio/client';
import { type Stuck } from '../../protocol/orphans/report';
import { type InterruptedRun, type Survey } from '../../protocol/orphans/steps';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { type Engine } from '../../engine/engine';
import { needsAttentionKey } from '../../engine/facts/searchAttributes';
import { visibly } from '../../engine/facts/status';
import { isGone } from '../errors';
import { oursWith } from '../ours';
import { read } from '../transaction/read';
import { idsWithAnotherRun } from './anotherRun';
import { stuckIn } from './stuck';
import { whyUnreadable } from './unreadable';

/** More are counted. */
const mostListed = 1000;
/** More are not looked at in one sweep: a stuck one is asked for its reason. */
const mostAsked = 200;

export async function survey(
  engine: Engine,
  { now, stuckAfterMs }: { readonly now: Ms; readonly stuckAfterMs: Ms },
): Promise<Omit<Survey, 'memory'>> {
  const [interrupted, stuck] = [await findInterrupted(engine), await findStuck(engine, now - stuckAfterMs)];
  return {
    interrupted: interrupted.slice(0, mostListed),
    interruptedCount: interrupted.length,
    stuck: stuck.found,
    stuckCount: stuck.count,
  };
}

async function findInterrupted(engine: Engine): Promise<InterruptedRun[]> {
  const newest = new Map<string, InterruptedRun>();
  for (const interrupted of visibly.interrupted)
    for await (const { workflowId, closeTime } of oursWith(engine, interrupted)) {
      const endedAt = closeTime?.getTime() ?? 0;
      if (endedAt >= (newest.get(workflowId)?.endedAt ?? 0))
        newest.set(workflowId, { transactionId: workflowId, endedAt });
    }
  const takenUp = await idsWithAnotherRun([...newest.keys()], and => oursWith(engine, and));
  return [...newest.values()].filter(({ transactionId }) => !takenUp.has(transactionId));
}

async function findStuck(engine: Engine, before: Ms): Promise<{ found: Stuck[]; count: number }> {
  const found: Stuck[] = [];
  let count = 0;
  const old = `StartTime < '${timestamp(before)}'`;
  const query = `${visibly.open} AND (${needsAttentionKey.name} = true OR ${visibly.openButNotRunning} OR ${old})`;
  for await (const listed of oursWith(engine, query)) {
    count += 1;
    if (count > mostAsked) continue;
    const each = await stuckOf(engine, listed, before);
    if (each === undefined) count -= 1;
    else found.push(each);
  }
  return { found, count };
}

async function stuckOf(
  engine: Engine,
  { workflowId, startTime }: WorkflowExecutionInfo,
  before: Ms,
): Promise<Stuck | undefined> {
  try {
    const { document } = await read(engine, workflowId);
    return stuckIn(document, before);
  } catch (error) {
    if (isGone(error)) return undefined;
    const about = {
      transactionId: workflowId,
      since: startTime.getTime(),
      detail: whyUnreadable(engine, error, workflowId),
    };
    return { kind: 'stuck', state: 'running', needsAttention: true, ...about };
  }
}
