/** Owns which of the runs that visibility lists are transactions of ours. It may lag: whoever acts on what is found asks again. */
import { type WorkflowExecutionInfo } from '@temporalio/client';
import { transactionWorkflow } from '../../workflows/transaction/messages';
import { list } from '../engine/ask';
import { type Engine } from '../engine/engine';
import { readId } from '../protocol/wire/ids';

/** The condition of a visibility query, with `and` beside it. */
export function oursAnd({ tag }: Pick<Engine, 'tag'>, and: string): string {
  return `WorkflowType = '${transactionWorkflow}' AND WorkflowId STARTS_WITH '${tag}' AND ${and}`;
}

/** Every run, the newest first. */
export async function* oursWith(
  engine: Engine,
  and: string,
  pageSize?: number,
): AsyncGenerator<WorkflowExecutionInfo> {
  for await (const each of list(engine, oursAnd(engine, and), pageSize))
    if (readId(engine.tag, each.workflowId) !== undefined) yield each;
}
