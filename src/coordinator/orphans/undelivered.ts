/**
 * Owns finding, by visibility, notifications that were not delivered: those that were given up, or ended from outside, and those that
 * have been tried for longer than they should. Of the former the memo tells all; the latter are asked by `describe`, a few of them.
 */
import { type WorkflowExecutionInfo } from '@temporalio/client';
import { notificationWorkflow } from '../../../workflows/notification/messages';
import { type NotificationMemo, type NotifyFailure } from '../../protocol/notification/steps';
import { isNotifyFailure } from '../../protocol/notification/results';
import { type Undelivered } from '../../protocol/orphans/report';
import { readId } from '../../protocol/wire/ids';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { isText, membersOf } from '../../protocol/wire/shapes';
import { describeRun, list } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable } from '../../engine/errors';
import { isOpen, visibly } from '../../engine/facts/status';
import { ownFailureOf } from '../transaction/pending';
import { idsWithAnotherRun } from './anotherRun';

/** More are counted. */
const mostListed = 200;
/** Of those that ended so, and of those that are tried, the newest: a receiver that is gone for good leaves ever more. */
const mostLooked = 1_000;
/** Of those that are still tried: more are listed without what the last try brought. */
const mostAsked = 50;
const askWithinMs = 2_000;

export interface FoundUndelivered {
  readonly undelivered: readonly Undelivered[];
  readonly undeliveredCount: number;
}

/** @param triedSince those that were begun before and are still tried are listed too */
export async function findUndelivered(engine: Engine, triedSince: Ms): Promise<FoundUndelivered> {
  const over = await newestOf(engine, notDelivered);
  // those were started over, and are tried again or were delivered
  const again = await idsWithAnotherRun([...over.keys()], and => oursWith(engine, and));
  const given = [...over.values()].filter(({ workflowId }) => !again.has(workflowId));
  const old = `${visibly.open} AND StartTime < '${timestamp(triedSince)}'`;
  const tried = [...(await newestOf(engine, [old])).values()];
  const listed = [...given, ...tried].slice(0, mostListed);
  const asked = new Set(tried.slice(0, mostAsked));
  const undelivered: Undelivered[] = [];
  for (const each of listed) undelivered.push(await findingOf(engine, each, asked.has(each)));
  return { undelivered, undeliveredCount: given.length + tried.length };
}

/** One query each, for an index. A person who cancels one wants no more of it. */
const notDelivered = ['Failed', 'TimedOut', 'Terminated'].map(status => `ExecutionStatus = '${status}'`);

/** The newest run of each that has one so. */
async function newestOf(
  engine: Engine,
  conditions: readonly string[],
): Promise<Map<string, WorkflowExecutionInfo>> {
  const newest = new Map<string, WorkflowExecutionInfo>();
  for (const condition of conditions)
    for await (const each of oursWith(engine, condition)) {
      const known = newest.get(each.workflowId);
      if (known === undefined || endOf(each) >= endOf(known)) newest.set(each.workflowId, each);
      if (newest.size >= mostLooked) return newest;
    }
  return newest;
}

function endOf({ closeTime }: WorkflowExecutionInfo): Ms {
  return closeTime?.getTime() ?? Infinity;
}

async function findingOf(engine: Engine, run: WorkflowExecutionInfo, isAsked: boolean): Promise<Undelivered> {
  const { workflowId: id, runId, startTime, closeTime, status } = run;
  const memo = (run.memo ?? {}) as Partial<NotificationMemo>;
  const { failure, neverBegun } = isAsked ? await pendingOf(engine, id) : { failure: memo.undelivered };
  return {
    kind: 'undelivered',
    id,
    runId,
    transactionId: memo.transaction ?? transactionIn(id),
    type: memo.type ?? '',
    url: memo.url ?? '',
    since: startTime.getTime(),
    ...(isNotifyFailure(failure) ? { attempts: failure.attempts, why: failure.why } : {}),
    ...(isOpen(status.name) || closeTime === undefined ? {} : { gaveUpAt: closeTime.getTime() }),
    ...(neverBegun === true ? { neverBegun } : {}),
  };
}

interface Pending {
  readonly failure?: NotifyFailure;
  readonly neverBegun?: true;
}

/** What the last try brought, where somebody knows. */
async function pendingOf(engine: Engine, id: string): Promise<Pending> {
  try {
    const { raw, historyLength } = await describeRun(engine, id, askWithinMs);
    if (historyLength === 1) return { neverBegun: true }; // it was started, and that is all
    const [activity] = raw.pendingActivities ?? [];
    const failure = activity === undefined ? undefined : ownFailureOf(activity);
    return isNotifyFailure(failure) ? { failure } : {};
  } catch (error) {
    if (error instanceof EngineUnavailable) throw error;
    return {}; // it ended meanwhile
  }
}

function transactionIn(id: string): string {
  return id.split(':')[1] ?? '';
}

async function* oursWith(engine: Engine, condition: string): AsyncGenerator<WorkflowExecutionInfo> {
  const ours = `WorkflowType = '${notificationWorkflow}' AND WorkflowId STARTS_WITH 'notification:${engine.tag}'`;
  for await (const each of list(engine, `${ours} AND ${condition}`)) {
    const { transaction } = membersOf(each.memo);
    if (isText(transaction) && readId(engine.tag, transaction) !== undefined) yield each;
  }
}
