/**
 * Owns which queries may see what came after the last workflow task.
 *
 * Where a workflow is replayed for a query, the SDK also feeds it what history holds after the last workflow task: at that
 * task's time, and before what the next task may put first (signals). A decision taken so is not durable, and another one may
 * be taken later (I2). It shows as more history at the same instant: a task has an instant of its own.
 *
 * It also feeds it what a task was given that another worker has, or had, where a query found no worker before that task began, and was
 * given to one after. That task has an instant of its own, and only history tells that it is not this worker's: the worker looks, and marks
 * such a query (`src/engine/recordedQueries.ts`).
 *
 * A run that has closed has no later task: what it would have decided so is what it left, nobody was told otherwise, and the
 * next run takes it over. No activation says that the run has closed, so the caller proves it: `left` repeats what `describe`
 * says of the closed run, and is answered where exactly that much history was replayed. What `describe` says of a running one
 * is refused; to make such a proof up is like completing an activity by hand, outside the promise.
 *
 * Nor is a query answered while a call of the first task is open (`transaction/firstTask.ts`).
 *
 * Whatever else finds the workflow ahead fails, and with it the activation: the SDK throws the instance away, and nothing that
 * it would have done is ever sent. The next query or task replays from the start.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { type ActivateInput } from '@temporalio/workflow';
import { isMarked, refusal } from '../src/engine/facts/queryMark';
import { runState } from '../src/engine/facts/status';
import { demandNoneOpen } from './transaction/firstTask';
import { type ClosedRun, leftQuery } from './transaction/messages';

type Activation = ActivateInput['activation'];
type Query = NonNullable<NonNullable<Activation['jobs']>[number]['queryWorkflow']>;

/** Of this workflow alone: the SDK loads modules anew for each. */
let hasRunAhead = false;

/** The code has seen what came after the last workflow task: what it does is not, or not yet, what will be. */
export function isAheadOfHistory(): boolean {
  return hasRunAhead;
}

/** Throws in an activation that must not be carried out. */
export function queryGuard(): (activation: Activation) => void {
  const isAhead = aheadOfTasks();
  let aheadAt: number | undefined;
  return activation => {
    const length = Number(activation.historyLength);
    const runId = activation.runId ?? '';
    const queries = (activation.jobs ?? []).flatMap(({ queryWorkflow }) => queryWorkflow ?? []);
    if (queries.length > 0) {
      demandNoneOpen();
      for (const query of queries) refuse(query, { runId, length, ahead: aheadAt !== undefined });
      return;
    }
    if (aheadAt !== undefined && length > aheadAt)
      throw new Error('a query has run ahead of history: replay');
    if (!isAhead(activation)) return;
    aheadAt = length;
    hasRunAhead = true;
  };
}

interface Seen {
  readonly runId: string;
  readonly length: number;
  readonly ahead: boolean;
}

function refuse(query: Query, { runId, length, ahead }: Seen): void {
  if (query.queryType !== leftQuery.name) {
    if (ahead || isMarked(query)) throw new Error(`${refusal}would run ahead of history: ask again`);
  } else if (!isProof(query, { runId, length })) {
    throw new Error(
      `${refusal}is for the run when it has closed, and ${String(length)} events are known: ask again`,
    );
  }
}

function isProof(query: Query, { runId, length }: Pick<Seen, 'runId' | 'length'>): boolean {
  const [payload] = query.arguments ?? [];
  if (payload === undefined) return false;
  const proof = defaultPayloadConverter.fromPayload<Partial<ClosedRun> | null>(payload);
  return (
    proof?.runId === runId && proof.historyLength === length && runState(proof.status ?? '') === 'interrupted'
  );
}

function aheadOfTasks(): (activation: Activation) => boolean {
  let before = { length: 0, at: '' };
  return ({ historyLength, timestamp }) => {
    const now = {
      length: Number(historyLength),
      at: `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`,
    };
    const ahead = now.length > before.length && now.at === before.at;
    before = now;
    return ahead;
  };
}
