/**
 * Owns finding, by visibility, transactions of ours that nobody drives and those that do not come to an end. Visibility may
 * lag, so whoever acts on what is found asks again; and it lists every run, so a closed run counts only where none followed.
 */
import { type WorkflowExecutionInfo } from '@temporalio/client';
import { type Stuck } from '../../protocol/orphans/report';
import { type InterruptedRun, type Survey } from '../../protocol/orphans/steps';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { type Engine } from '../../engine/engine';
import { needsAttentionKey } from '../../engine/facts/searchAttributes';
import { visibly } from '../../engine/facts/status';
import { isGone } from '../errors';
import { oursWith } from '../ours';
import { stallInWords } from '../stalled';
import { read } from '../transaction/read';
import { idsWithAnotherRun } from './anotherRun';
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
    return isStuck(document, before) ? stuck(document) : undefined;
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

function isStuck(
  { needsAttention, status, state, endedAt, createdAt }: TransactionDocument,
  before: Ms,
): boolean {
  if (endedAt !== undefined || state === 'interrupted') return false;
  return needsAttention || (status === 'pending' && Date.parse(createdAt) < before);
}

function stuck(document: TransactionDocument): Stuck {
  const { id, createdAt, state, needsAttention, locks, participants, paused, stalled } = document;
  const pauses = paused === undefined ? [] : [`paused in Temporal: ${paused.unpause}`];
  const stalls = stalled === undefined ? [] : [stallInWords(stalled)];
  const waits = (locks ?? [])
    .filter(lock => lock.state === 'waiting')
    .map(({ resource, heldBy = [] }) => `waits for "${resource}", held by ${heldBy.join(', ') || 'nobody'}`);
  const inTrouble = participants
    .filter(p => p.lastError !== undefined && p.state !== 'committed' && p.state !== 'rolledback')
    .map(p => `${p.name}: ${p.lastError?.message ?? ''} (attempt ${p.attempts})`);
  const detail = [...pauses, ...stalls, ...waits, ...inTrouble];
  const shown = detail.slice(0, 3).join('; ') + (detail.length > 3 ? `; and ${detail.length - 3} more` : '');
  return {
    kind: 'stuck',
    transactionId: id,
    since: Date.parse(createdAt),
    state,
    needsAttention,
    detail: shown,
    ...(stalled === undefined ? {} : { stalled: true }),
  };
}
